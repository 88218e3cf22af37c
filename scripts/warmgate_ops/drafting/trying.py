"""Calls each probe of a drafted policy once, on the version that serves now, and says in a line what came back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warmgate.adapters.port_errors import raised_as
from warmgate.errors import InvokeError
from warmgate.model.figures import ms
from warmgate.policy.values import Probe
from warmgate_ops.rehearsal.own.first_calls import first_call

LONGEST = 160


@dataclass(frozen=True, slots=True)
class Tried:
    """One call."""

    fits: bool
    line: str


def tried(client: Any, function: str, version: str, probes: tuple[Probe, ...]) -> Iterator[Tried]:
    """Yield what each probe's call came to; raises InvokeError where one could not be made."""
    for probe in probes:
        with raised_as(InvokeError, f"{function}:{version} could not be called", "allow lambda:InvokeFunction to you"):
            call = first_call(client, function, version, probe)
        took = f" in {ms(call.duration_ms)}" if call.duration_ms is not None else ""
        if call.message:
            yield Tried(False, f"{probe.name}: does not fit{took}: {_short(call.message)}")
        else:
            yield Tried(True, f"{probe.name}: fits{took}: {_short(call.answer)}")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
