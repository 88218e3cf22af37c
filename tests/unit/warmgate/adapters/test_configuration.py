"""What a refusal is remembered by: every setting that changes how a version starts or runs, and no other."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StructureShape

from warmgate.adapters.configuration import DROPPED, config_sha256_of

BARE: dict[str, Any] = {"FunctionName": "checkout-api", "Runtime": "java21", "MemorySize": 512}
CP = "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:cp"
MODEL = botocore.session.get_session().get_service_model("lambda")
SHAPE = MODEL.operation_model("GetFunctionConfiguration").output_shape


def _value(shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        return {name: _value(member) for name, member in shape.members.items()}
    if isinstance(shape, ListShape):
        return [_value(shape.member)]
    values = {"string": "x", "integer": 77, "long": 77, "double": 7.7, "boolean": True, "map": {"a": "b"}}
    return values[shape.type_name]


def _leaves(shape: Shape, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Shape]]:
    if isinstance(shape, StructureShape):
        return [leaf for name, member in shape.members.items() for leaf in _leaves(member, (*path, name))]
    return [(path, shape)]


def _at(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    return {path[0]: _at(path[1:], value) if path[1:] else value}


LEAVES = _leaves(SHAPE)


@pytest.mark.parametrize(("path", "shape"), LEAVES, ids=[".".join(path) for path, _ in LEAVES])
def test_every_member_of_lambdas_description_counts_unless_it_is_listed(path: tuple[str, ...], shape: Shape) -> None:
    """The list is read against the SDK's own model of the answer: a new member counts until somebody lists it."""
    listed = any(".".join(path[: depth + 1]) in DROPPED for depth in range(len(path)))

    counts = config_sha256_of({**BARE, **_at(path, _value(shape))}) != config_sha256_of(BARE)

    assert counts is not listed or path == ("FunctionName",)


@pytest.mark.parametrize(
    "changed",
    [
        {"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}},
        {"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": CP}}},
        {"RuntimeVersionConfig": {"RuntimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:0cdcfbdefbc5e7d3"}},
        {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}},
        {"DurableConfig": {"ExecutionTimeout": 3600, "RetentionPeriodInDays": 14}},
        {"SettingOfTomorrow": {"Mode": "Quick"}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_setting_that_changes_how_the_version_starts_makes_another_candidate(changed: dict[str, Any]) -> None:
    """To switch SnapStart on is the usual cure of a slow init: it must be judged, not refused as known bad."""
    before = {**BARE, "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"}}

    assert config_sha256_of({**before, **changed}) != config_sha256_of(before)


def test_the_same_version_described_later_is_the_same_candidate() -> None:
    """State, revision and the snapshot's progress change while nothing is deployed."""
    snap_start = {"ApplyOn": "PublishedVersions"}
    pending = {**BARE, "State": "Pending", "RevisionId": "a", "SnapStart": {**snap_start, "OptimizationStatus": "Off"}}
    active = {**BARE, "State": "Active", "RevisionId": "b", "SnapStart": {**snap_start, "OptimizationStatus": "On"}}

    assert config_sha256_of({**pending, "Layers": []}) == config_sha256_of({**active, "ResponseMetadata": {"n": 1}})
