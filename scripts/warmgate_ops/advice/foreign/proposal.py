"""What another tool's document asks for becomes the text of a policy that validates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from warmgate.documents.scalars import shown
from warmgate.policy import render_policy
from warmgate.policy.percentiles import share_of
from warmgate.policy.values import Compare, Limits, Match, PercentileLimit, Policy, RatioLimit
from warmgate_ops.advice.foreign.meant import Meant

_LONGEST_NAME = 64
_NAMELESS = "from-another-tool"
_MOST_LINES = 20
_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")


def proposal_of(meant: Meant) -> str:
    """Return YAML: what was taken over and what was not as comments, then the policy."""
    return "".join(f"# {line}\n" for line in _comments(meant)) + render_policy(_policy(meant), defaults=False)


def _comments(meant: Meant) -> Iterator[str]:
    yield f"From {shown(meant.what)}. Add probes: what the function is called with."
    for title, lines in (("taken over", meant.taken), ("not taken over", meant.left)):
        for line in lines[:_MOST_LINES]:
            yield f"{title}: {' '.join(_printable(line).split())}"
        if len(lines) > _MOST_LINES:
            yield f"{title}: {len(lines) - _MOST_LINES} more"
    if meant.shifting:
        keys = ", ".join(shown(key) for key in dict.fromkeys(meant.shifting[:_MOST_LINES]))
        yield f"of CodeDeploy's deployment configuration and group, not of a policy: {keys}"


def _printable(text: str) -> str:
    cut = text if len(text) <= 200 else f"{text[:197]}..."
    return "".join(c if c.isprintable() else " " for c in cut)


def _policy(meant: Meant) -> Policy:
    duration = tuple(_growing(meant.durations))
    limits = Limits(duration=duration, error_ratio=meant.error_ratio or 0.0)
    ratio = meant.duration_ratio
    compare = Compare(duration=RatioLimit(statistic="p95", ratio=ratio)) if ratio else Compare()
    return Policy(name=_name_of(meant.name), match=tuple(_match_of(meant)), limits=limits, compare=compare)


def _match_of(meant: Meant) -> Iterator[Match]:
    if _NAME.fullmatch(meant.function):
        yield Match(function=meant.function, alias=meant.alias if _NAME.fullmatch(meant.alias) else "*")


def _growing(durations: dict[str, float]) -> Iterator[PercentileLimit]:
    """Yield the limits without those that a higher percentile's stricter limit implies."""
    for name, limit_ms in sorted(durations.items(), key=lambda item: share_of(item[0])):
        above = [other for higher, other in durations.items() if share_of(higher) > share_of(name)]
        if all(other > limit_ms for other in above):
            yield PercentileLimit(percentile=share_of(name), limit_ms=limit_ms)


def _name_of(name: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name[:200]).lstrip("._-")[:_LONGEST_NAME]
    return safe or _NAMELESS
