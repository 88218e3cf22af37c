"""Code at import that a snapshot freezes, in a function that has SnapStart."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.hazards import frozen_in
from warmgate_ops.cold_starts.advising.package.lint import Kind
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import counted
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

WORST = (Kind.UNIQUE, Kind.SEED, Kind.CREDENTIALS)


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    see(see(function.package).is_python or None)
    found = frozen_in(function)
    if not see(function.snap_start):
        words = (
            f"snapshots: {counted(len(found), 'place')} at import would be frozen"
            if found
            else "snapshots: nothing at import"
        )
        yield no_issue(function.place, words)
    elif not found:
        yield no_issue(function.place, "snapshots: nothing was found at import that one would freeze")
    else:
        worst = any(each.kind in WORST for each in found)
        kinds = ", ".join(dict.fromkeys(each.kind.value for each in found))
        yield Advised(
            place=function.line_of("SnapStart"),
            message=f"SnapStart is on, and its snapshot freezes {counted(len(found), 'call')} at import ({kinds})",
            rank=Rank.HIGH if worst else Rank.MEDIUM,
            hazards=tuple(str(each) for each in found),
        )


RULE = Rule(
    id="snapstart-uniqueness",
    title="A snapshot freezes what must not be shared",
    severity=Severity.WARNING,
    why="All environments that are restored from a snapshot begin with the same memory: an id, a token, a seed or a key"
    " that was made at import is the same in each of them, and a connection or a credential is as old as the snapshot.",
    fix="move the call into the handler, or into a hook that runs after the restore",
    sources=(
        "Handling uniqueness with Lambda SnapStart (AWS Lambda Developer Guide)",
        "Implement code before or after Lambda function snapshots (AWS Lambda Developer Guide)",
    ),
    measure="warmgate cold measure {name} --before {version} --after NEXT --probes policy.yaml",
    risk="only calls that are written in the function's own Python modules are seen",
    in_account=_look,
    in_template=_look,
)
