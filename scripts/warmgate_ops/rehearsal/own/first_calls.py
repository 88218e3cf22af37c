"""Calls the baseline with each probe before anything is judged: one that it fails too, in the same way, does not fit.

The hook finds that out by itself. Here people wait, and most of such probes want a change of the set-up.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warmgate.errors import SettingsError
from warmgate.judge.fit import does_not_fit
from warmgate.logs.invocations import record_of
from warmgate.policy.values import ErrorAction, Policy, Probe
from warmgate.probing.answers import read_payload
from warmgate.probing.rounds import SMOKE_MARKER
from warmgate.visible import one_line

MARKER = base64.b64encode(json.dumps(SMOKE_MARKER).encode()).decode()
SHOWN_LINES = 12
LONGEST = 1_000
_PLATFORM = ("INIT_START", "START RequestId:", "END RequestId:", "REPORT RequestId:", '{"time":')


class ProbeError(SettingsError):
    """A probe or the set-up is at fault: not even the version that is deployed passes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCall:
    """What one version answered to one probe."""

    version: str
    message: str
    """What is wrong with the answer, empty where nothing is."""
    way: str
    """How it failed in a few words, as the hook tells it: an error's type, or the status of an answer."""
    lines: tuple[str, ...]
    """What the function wrote."""
    answer: str = ""
    """On one line, cut where it is long."""
    duration_ms: float | None = None
    """As the platform reports it."""

    @property
    def kind(self) -> str:
        """Return what two failures must share to be the same."""
        return self.way.partition(": ")[0]


def first_call(client: Any, function: str, version: str, probe: Probe) -> FirstCall:
    """Return what a version answers to a probe."""
    answer = client.invoke(
        FunctionName=function,
        Qualifier=version,
        LogType="Tail",
        ClientContext=MARKER,
        Payload=json.dumps(probe.payload).encode(),
        **({"TenantId": probe.tenant} if probe.tenant else {}),
    )
    payload, error = answer["Payload"].read(), answer.get("FunctionError")
    tail = base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
    reading = read_payload(probe.expect, payload, error)
    return FirstCall(
        version=version,
        message=_fault(probe, payload, error),
        way=": ".join(part for part in (reading.error_type, reading.message) if part) or reading.why or "failed",
        lines=own_lines(tail.splitlines()),
        answer=_shown(payload),
        duration_ms=record_of(tail, None).duration_ms,
    )


def proved(client: Any, function: str, versions: tuple[str, str], policy: Policy) -> Iterator[str]:
    """Call the baseline with each probe, and the candidate where that fails; yield what is worth a note.

    Args:
        client: of Lambda.
        function: its name.
        versions: baseline and candidate.
        policy: whose probes are called; `when.probe_unfit: pass` lets one be judged that does not fit.

    Raises:
        ProbeError: a probe that both fail in the same way.
    """
    for probe in policy.probes:
        old = first_call(client, function, versions[0], probe)
        if not old.message:
            continue
        new = first_call(client, function, versions[1], probe)
        if not new.message:
            yield f"probe {probe.name}: the baseline fails it and the candidate does not: {old.message}"
        elif old.kind != new.kind:
            yield f"probe {probe.name}: the baseline fails it ({old.way}), the candidate in another way ({new.way})"
        elif policy.when.probe_unfit is not ErrorAction.PASS:
            raise ProbeError(
                f"{does_not_fit(probe.name, f'version {old.version}', old.way, new.way)}\n"
                f"{_told('baseline', old)}\n{_told('candidate', new)}\n",
                hint="change the probe (payload, expect) or the set-up: --env, --layer, --install, --setup, --timeout",
            )


def own_lines(lines: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Return what the function wrote among the lines of a log."""
    return tuple(line for line in lines if line.strip() and not line.startswith(_PLATFORM))


def _fault(probe: Probe, payload: bytes, error: str | None) -> str:
    reading = read_payload(probe.expect, payload, error)
    shown = _shown(payload)
    if error is not None:
        expected = probe.expect.error_type
        return "" if expected and expected == reading.error_type else shown
    if probe.expect.error_type is not None:
        return f"no error, expected error_type {probe.expect.error_type}: {shown}"
    return "" if reading.accepted else f"{reading.why}; the answer was {shown}"


def _shown(payload: bytes) -> str:
    return one_line(payload[:LONGEST].decode("utf-8", "replace"))


def _told(who: str, call: FirstCall) -> str:
    logged = "".join(f"\n    log: {one_line(line)[:LONGEST]}" for line in call.lines[-SHOWN_LINES:])
    return f"  {who} (version {call.version}): {call.message}{logged}"
