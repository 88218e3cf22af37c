"""Each port twice: as the fake of the use-case tests and as the real adapter over HTTP on the local cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from support.stages import fakes as fake_stages
from support.stages.adapters import AdapterStages
from support.stages.ports import (
    DeploymentsStage,
    FunctionsStage,
    InvokerStage,
    PoliciesStage,
    ReportsStage,
    install_release,
)
from warmgate.adapters.sdk import CONTROL
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, LocalCloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a local cloud with a function of two versions, an alias and a hook that never answers."""
    harder = Conditions(hooks_on_rollback=True)
    with LocalCloud.start(tmp_path_factory.mktemp("contract-cloud"), time_scale=20.0, conditions=harder) as found:
        install_release(found)
        yield found


@pytest.fixture
def unreachable() -> Callable[[str], Any]:
    """Give clients of an endpoint where nobody listens."""
    session = botocore.session.Session()
    return lambda service: session.create_client(
        service, config=CONTROL, endpoint_url="http://127.0.0.1:9", region_name="us-east-1", **CREDENTIALS
    )


@pytest.fixture(params=["fake", "adapter"])
def deployments(request: pytest.FixtureRequest) -> DeploymentsStage:
    """Give both implementations of Deployments."""
    return fake_stages.deployments() if request.param == "fake" else _adapters(request).deployments()


@pytest.fixture(params=["fake", "adapter"])
def functions(request: pytest.FixtureRequest) -> FunctionsStage:
    """Give both implementations of Functions."""
    return fake_stages.functions() if request.param == "fake" else _adapters(request).functions()


@pytest.fixture(params=["fake", "adapter"])
def invoker(request: pytest.FixtureRequest) -> InvokerStage:
    """Give both implementations of Invoker."""
    return fake_stages.invoker() if request.param == "fake" else _adapters(request).invoker()


@pytest.fixture(params=["fake", "adapter"])
def policies(request: pytest.FixtureRequest, tmp_path: Path) -> PoliciesStage:
    """Give both implementations of Policies."""
    return fake_stages.policies() if request.param == "fake" else _adapters(request).policies(tmp_path)


@pytest.fixture(params=["fake", "adapter"])
def reports(request: pytest.FixtureRequest) -> ReportsStage:
    """Give both implementations of Reports."""
    return fake_stages.reports() if request.param == "fake" else _adapters(request).reports()


def _adapters(request: pytest.FixtureRequest) -> AdapterStages:
    return AdapterStages(request.getfixturevalue("cloud"))
