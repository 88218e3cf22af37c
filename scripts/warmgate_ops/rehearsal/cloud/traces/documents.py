"""What X-Ray is told of a call: its ids, as headers and reports carry them, and the documents of its segments. Pure."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

_PART = re.compile(r"(Root|Parent|Sampled)=([^;\s]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceIds:
    """The trace of one call that is sampled."""

    trace_id: str
    service_id: str
    """Of the segment that the service writes (AWS::Lambda)."""
    function_id: str
    """Of the function's own segment (AWS::Lambda::Function), which REPORT names."""
    parent_id: str = ""
    """Of the caller's segment."""

    @property
    def header(self) -> str:
        """Return what the runtime is told."""
        return f"Root={self.trace_id};Parent={self.function_id};Sampled=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A call as its segments tell it; times are seconds since the epoch."""

    ids: TraceIds
    function: str
    arn: str
    request_id: str
    log_group: str
    init: tuple[float, float] | None
    """When it was initialised for this call, or for its first call long ago."""
    invocation: tuple[float, float]
    overhead_s: float
    status: int = 200
    failed: bool = False


def ids_of(header: str, *, active: bool, now_s: float) -> TraceIds | None:
    """Return the ids of a call; None for one that is not sampled.

    Args:
        header: X-Amzn-Trace-Id of the request; who called decides where it says so.
        active: whether the function traces by itself. Lambda samples a part of such calls, here all are.
        now_s: seconds since the epoch.
    """
    told = dict(_PART.findall(header))
    sampled = told.get("Sampled")
    if sampled == "0" or (sampled != "1" and not active):
        return None
    root = told.get("Root") or f"1-{int(now_s):08x}-{secrets.token_hex(12)}"
    return TraceIds(
        trace_id=root,
        service_id=secrets.token_hex(8),
        function_id=secrets.token_hex(8),
        parent_id=told.get("Parent", ""),
    )


def documents(traced: Traced) -> list[tuple[str, str]]:
    """Return id and document of both segments, as Lambda sends them."""
    ids, (began_s, ended_s) = traced.ids, traced.invocation
    over_s = ended_s + traced.overhead_s
    cold = traced.init is not None and abs(traced.init[1] - began_s) < 1e-3
    since_s = traced.init[0] if cold and traced.init else began_s
    fault = {"fault": True} if traced.failed else {}
    both = {"name": traced.function, "trace_id": ids.trace_id, "end_time": over_s, **fault}
    service: dict[str, Any] = {
        **both,
        "id": ids.service_id,
        "start_time": since_s,
        "http": {"response": {"status": traced.status}},
        "aws": {"request_id": traced.request_id, "resource_names": [traced.function]},
        "origin": "AWS::Lambda",
        "resource_arn": traced.arn,
    }
    if ids.parent_id:
        service["parent_id"] = ids.parent_id
    function: dict[str, Any] = {
        **both,
        "id": ids.function_id,
        "parent_id": ids.service_id,
        "start_time": since_s,
        "aws": {"function_arn": traced.arn, "cloudwatch_logs": [{"log_group": traced.log_group}]},
        "origin": "AWS::Lambda::Function",
        "subsegments": _parts(traced, over_s),
    }
    return [(each["id"], json.dumps(each, separators=(",", ":"))) for each in (service, function)]


def _parts(traced: Traced, over_s: float) -> list[dict[str, Any]]:
    parts = [("Initialization", *traced.init)] if traced.init else []
    parts += [("Invocation", *traced.invocation), ("Overhead", traced.invocation[1], over_s)]
    return [
        {
            "id": secrets.token_hex(8),
            "name": name,
            "start_time": began_s,
            "end_time": ended_s,
            "aws": {"function_arn": traced.arn},
            **({"fault": True} if traced.failed and name == "Invocation" else {}),
        }
        for name, began_s, ended_s in parts
    ]
