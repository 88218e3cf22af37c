"""The findings of a bake: each check over all parts so far, and whether the bake has failed or may end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from warmgate.judge.bake.memory import judge_trend
from warmgate.judge.bake.sequence import Beyond, Count, first_beyond
from warmgate.judge.live.failures import Share
from warmgate.judge.live.shares import judge_share
from warmgate.judge.verdict import verdict_of_findings
from warmgate.model.bake import BakeState, ShareCheck, ShareKind
from warmgate.model.figures import ms
from warmgate.model.verdict import Because, Finding, Outcome, Verdict
from warmgate.policy.values import Policy

LACKS = frozenset({Because.NO_DATA, Because.TOO_LITTLE_TRAFFIC})
"""Why a check of a bake is open where that is no failure, whatever the policy's `when` says."""


def findings_of_bake(state: BakeState, *, since: int = 0) -> tuple[Finding, ...]:
    """Return the findings of all parts so far; `since` is the number of parts whose ends were tested before."""
    checks = state.scope.checks if state.scope else ()
    found = [_finding(state, place, check, since) for place, check in enumerate(checks)]
    return (*found, judge_trend(state.tracks, state.memory_size_mb))


def verdict_of_bake(findings: Sequence[Finding], policy: Policy) -> Verdict:
    """Return the verdict of a bake at its end; a check that met too little traffic refuses nothing."""
    decided = [finding for finding in findings if not is_lacking(finding)]
    return replace(verdict_of_findings(decided, policy), findings=tuple(findings))


def is_lacking(finding: Finding) -> bool:
    """Return whether a check is open for a lack of traffic alone."""
    return finding.outcome is Outcome.INCONCLUSIVE and finding.inconclusive_because in LACKS


def _finding(state: BakeState, place: int, check: ShareCheck, since: int) -> Finding:
    counts = counts_of(state, place)
    beyond = first_beyond(
        counts, check.allowed, part_count=state.part_count, check_count=len(_checks(state)), since=since
    )
    total = Share(sum(count.bad for count in counts), sum(count.of for count in counts))
    failing = None if beyond is None else (Share(beyond.bad, beyond.of), beyond.chance)
    finding = judge_share(check.check, check.allowed, total, failing, _text(state, check), _verb(check))
    # What is half-way in a bake was so for hours without reaching the line of any window.
    if beyond is None:
        return replace(finding, leans_to_fail=False)
    return replace(finding, reason=f"{finding.reason} {_where(state, beyond)}")


def counts_of(state: BakeState, place: int) -> list[Count]:
    """Return what one check counted in each part."""
    return [
        Count(bad=t.bad, of=t.of, worst=t.worst, environments=part.environments)
        for part in state.parts
        for t in (part.tallies[place],)
    ]


def _checks(state: BakeState) -> tuple[ShareCheck, ...]:
    return state.scope.checks if state.scope else ()


def _text(state: BakeState, check: ShareCheck) -> str:
    minutes = state.part_ms / 60_000
    return f"{len(state.parts)} of {state.part_count} parts of {minutes:g} min; {check.base or 'by its live calls'}"


def _where(state: BakeState, beyond: Beyond) -> str:
    """Return when the window was that failed: `within 12 min, 3.2 h after the deployment`."""
    minutes = state.part_ms / 60_000
    return f"within {beyond.parts * minutes:g} min, {beyond.part * minutes / 60:.1f} h after the deployment"


def _verb(check: ShareCheck) -> str:
    limit = check.limit or 0.0
    return {
        ShareKind.ERRORS: "failed",
        ShareKind.COLD_STARTS: "met a cold start",
        ShareKind.SLOW: f"took longer than {ms(limit)}",
        ShareKind.MEMORY: f"used more than {limit:.0f} MB",
    }[check.kind]
