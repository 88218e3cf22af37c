"""A local cloud for a whole session, and functions on it that are made from a few lines of code."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from support.fakes.lambda_calls import Install, packed
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

ROLE = "arn:aws:iam::123456789012:role/tests"


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a running local cloud whose minutes pass in a tenth of a second."""
    with LocalCloud.start(tmp_path_factory.mktemp("local-cloud"), time_scale=600.0) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def install(local_cloud: LocalCloud) -> Install:
    """Give a way to create an active function from code; each call makes another one and returns its name."""
    numbers = itertools.count()

    def create(code: str, **settings: Any) -> str:
        archive = packed(code, settings.pop("file", "app.py"))
        client, name = local_cloud.client("lambda"), f"{settings.pop('prefix', 'tried')}-{next(numbers)}"
        chosen = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "app.handler", "MemorySize": 256, "Timeout": 10}
        client.create_function(FunctionName=name, Code={"ZipFile": archive}, **{**chosen, **settings})
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return name

    return create


@pytest.fixture
def conditions(local_cloud: LocalCloud) -> Iterator[Conditions]:
    """Give the conditions of the cloud, which are as they were afterwards."""
    before = Conditions()
    yield local_cloud.conditions
    for name in Conditions.__slots__:
        setattr(local_cloud.conditions, name, getattr(before, name))
