"""What is written in CBOR for MiniStack is read back by the SDK's own reader."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.ministack import SITE


@pytest.fixture(scope="module")
def cbor() -> ModuleType:
    """Give the module as MiniStack's interpreter finds it."""
    spec = importlib.util.spec_from_file_location("site_cbor2", SITE / "cbor2.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize(
    "value",
    [
        *(0, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**64 - 1, -1, -24, -25, -256, -257),
        *(1.5, -0.1, True, False, "", "Zoë", "x" * 300, b"\x00\xff", [], {}),
        {"MetricAlarms": [{"Threshold": 1.5, "ActionsEnabled": False, "Dimensions": [{"Name": "a"}] * 30}]},
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_comes_back(cbor: ModuleType, value: Any) -> None:
    """Every size of number and length has a head of its own."""
    assert cbor.loads(cbor.dumps(value)) == value


def test_a_time_is_tagged(cbor: ModuleType) -> None:
    """The SDKs refuse a timestamp that is a bare number."""
    assert cbor.loads(cbor.dumps(cbor.CBORTag(1, 0.0))) == datetime.fromtimestamp(0, UTC)


def test_what_cbor_does_not_know_is_refused(cbor: ModuleType) -> None:
    """By the name of its type."""
    with pytest.raises(TypeError, match="set: found"):
        cbor.dumps({1})
