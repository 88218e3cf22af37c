"""Rules over several values of a policy: what each value allows by itself, but the values together do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from warmgate.policy.percentiles import share_of
from warmgate.policy.rounds import measures_warm_calls
from warmgate.policy.sections import Complaint, Rule
from warmgate.policy.units import DURATION
from warmgate.policy.values import DEFAULT_PROBES, Budget, Compare, Limits, Probe, Warm

_ABSENT: tuple[tuple[str, Any], ...] = (("warm", Warm()), ("limits", Limits()), ("compare", Compare()))


def _names_differ(probes: Mapping[int, Probe]) -> Iterator[Complaint]:
    """Complain of probes that share a name: a report could not say which of them it speaks of."""
    first: dict[str, int] = {}
    for index, probe in probes.items():
        if probe.name in first:
            yield Complaint(
                path=(index, "name"),
                found=f"the name {probe.name} a second time",
                expected="a name of its own for each probe",
                fix=f"rename it or probes[{first[probe.name]}]",
            )
        first.setdefault(probe.name, index)


def _limits_grow(limits: Mapping[str, float]) -> Iterator[Complaint]:
    """Complain of a limit below that of a lower percentile: the lower one could never decide."""
    ordered = sorted(limits.items(), key=lambda item: share_of(item[0]))
    for (lower, lower_ms), (higher, higher_ms) in pairwise(ordered):
        if higher_ms < lower_ms:
            yield Complaint(
                path=(higher,),
                found=f"{DURATION.format(higher_ms)}, less than {lower} allows ({DURATION.format(lower_ms)})",
                expected="limits that grow with the percentile",
                fix=f"raise {higher} or lower {lower}",
            )


def _budget_suffices(values: Mapping[str, Any]) -> Iterator[Complaint]:
    """Complain of a budget that ends before anything is measured: such a policy could never decide."""
    warm, limits, compare = (values.get(name, absent) for name, absent in _ABSENT)
    budget: Budget = values.get("budget", Budget())
    fewest = fewest_invocations(warm, limits, compare)
    if budget.invocations < fewest:
        yield Complaint(
            path=("budget", "invocations"),
            found=f"{budget.invocations} invocations",
            expected=f"at least {fewest}, for {warm.environments} environments and {warm.rounds} warm-up rounds",
            fix=f"write {fewest} or more, or lower warm.environments",
        )


def _probes_are_called(values: Mapping[str, Any]) -> Iterator[Complaint]:
    """Complain of more probes than there are calls where the cold calls are all that is made."""
    warm, limits, compare = (values.get(name, absent) for name, absent in _ABSENT)
    turns = sum(probe.weight for probe in values.get("probes", ()) or DEFAULT_PROBES)
    if not measures_warm_calls(limits, compare) and warm.environments < turns:
        yield Complaint(
            path=("warm", "environments"),
            found=f"{warm.environments} environments, of which each gets one call, for probes of weight {turns} in all",
            expected=f"at least {turns}",
            fix=f"write {turns}, or lower the probes' weights",
        )


def fewest_invocations(warm: Warm, limits: Limits, compare: Compare) -> int:
    """Return the calls of a cold burst and, where warm calls are judged, of the warm-up and one measured round."""
    arms = 2 if compare.needs_baseline else 1
    rounds = 1 + (warm.rounds + 1 if measures_warm_calls(limits, compare) else 0)
    return arms * warm.environments * rounds


NAMES_DIFFER = Rule(_names_differ)
LIMITS_GROW = Rule(_limits_grow)
BUDGET_SUFFICES = Rule(_budget_suffices, frozenset({"warm", "limits", "compare", "budget"}))
PROBES_ARE_CALLED = Rule(_probes_are_called, frozenset({"warm", "limits", "compare", "probes"}))
