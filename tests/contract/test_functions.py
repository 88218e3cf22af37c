"""What every implementation of Functions promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.fakes.lambda_calls import publish
from support.proxy import proxy
from support.stages.ports import FunctionsStage, create
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.sdk import Clients
from warmgate.errors import FunctionLookupError
from warmgate.model.function import Capacity, ProvisionedConcurrency
from warmgate.planning import grant_burst
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


class TestFunctions:
    """Versions, concurrency, provisioning."""

    def test_a_published_version_is_described(self, functions: FunctionsStage) -> None:
        """State, memory, timeout and log format are what the plan needs."""
        found = functions.port.version(functions.function, functions.version)

        assert (found.function, found.version) == (functions.function, functions.version)
        assert (found.state, found.snap_start_ready) == ("Active", True)
        assert found.memory_mb == 256
        assert 0 < found.timeout_s <= 900
        assert (found.log_format, found.hides_report) == ("Text", False)

    def test_a_version_that_hides_its_reports_says_so(self, functions: FunctionsStage) -> None:
        """JSON at WARN is seen before the first call is made."""
        found = functions.port.version(*functions.hiding())

        assert (found.log_format, found.system_log_level) == ("JSON", "WARN")
        assert found.hides_report

    def test_an_unknown_version_is_the_ports_error(self, functions: FunctionsStage) -> None:
        """The message names function and version."""
        with pytest.raises(FunctionLookupError, match=f"{functions.function}:99"):
            functions.port.version(functions.function, "99")

    @pytest.mark.parametrize(("reserved", "overlapping"), [(8, 3), (2, 0)])
    def test_a_reserve_and_its_use_are_read(self, functions: FunctionsStage, reserved: int, overlapping: int) -> None:
        """The function's own use counts where it has a reserve, and the account's figures do not include it."""
        found = functions.room(reserved, overlapping)

        assert (found.reserved, found.in_use) == (reserved, overlapping)
        assert found.account_limit is not None
        assert found.account_unreserved is not None
        assert found.account_unreserved <= found.account_limit - reserved

    def test_without_a_reserve_the_accounts_room_counts(self, functions: FunctionsStage) -> None:
        """Nothing reserved is None, not zero, and a burst of twenty fits."""
        found = functions.room(None, 4)

        assert found.reserved is None
        assert found.in_use is not None
        assert found.in_use >= 4
        assert grant_burst(20, 1, found).granted == 20

    def test_nothing_provisioned_is_no_error(self, functions: FunctionsStage) -> None:
        """A version without provisioned concurrency says so."""
        found = functions.port.provisioned(functions.function, functions.version)

        assert found == ProvisionedConcurrency(requested=0, available=0, status="NONE")

    def test_what_is_provisioned_is_read(self, functions: FunctionsStage) -> None:
        """READY comes with as many environments as were asked for."""
        assert functions.provisioned(2) == ProvisionedConcurrency(requested=2, available=2, status="READY")


def test_a_snapshot_is_waited_for_as_a_state(cloud: LocalCloud) -> None:
    """A SnapStart version is ready when it is Active with an optimised snapshot, and not before."""
    name = create(cloud, "snapped", SnapStart={"ApplyOn": "PublishedVersions"}, Runtime="python3.13")
    port = LambdaFunctions(cloud.client)

    first = cloud.client("lambda").publish_version(FunctionName=name)["Version"]
    begun, ended = port.version(name, first), port.version(name, publish(cloud, name))

    assert (begun.snap_start, begun.state) == (True, "Pending")
    assert (ended.snap_start, ended.snap_start_ready, ended.state) == (True, True, "Active")


def test_a_service_that_cannot_be_reached_is_the_ports_error(unreachable: Callable[[str], Any]) -> None:
    """Nothing of the SDK gets out; capacity that cannot be read is unknown, not an error."""
    port = LambdaFunctions(unreachable)

    with pytest.raises(FunctionLookupError, match="anything:1"):
        port.version("anything", "1")
    with pytest.raises(FunctionLookupError, match="anything:1"):
        port.provisioned("anything", "1")
    assert port.capacity("anything") == Capacity(
        account_limit=None, account_unreserved=None, reserved=None, in_use=None
    )


@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_that_is_not_lambdas_is_the_ports_error(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy's page in place of JSON, as a refusal or as a success, lets nothing of the SDK out."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    with proxy(status) as url:
        port = LambdaFunctions(Clients(url, "us-east-1"))

        with pytest.raises(FunctionLookupError, match="anything:1"):
            port.version("anything", "1")
        assert port.capacity("anything").account_limit is None
