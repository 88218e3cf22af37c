"""A function in a VPC: no cold start of its own, but connections made at import wait for the network."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.package.contents import Inspected
from warmgate_ops.cold_starts.advising.package.lint import Kind
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    if not see(function.vpc):
        yield no_issue(function.place, "VPC: in none")
        return
    package = function.package
    found = package.of(Kind.CONNECTION) if isinstance(package, Inspected) else ()
    if not found:
        reason = "VPC: the network interface is made when the function is created or changed, not in a call"
        yield no_issue(function.line_of("VpcConfig"), reason)
        return
    places = ", ".join(f"{each.file}:{each.line} {each.call}()" for each in found[:4])
    yield Advised(
        place=function.line_of("VpcConfig"),
        message=f"{len(found)} connections are opened at import ({places}): init waits for the network",
        rank=Rank.LOW,
    )


RULE = Rule(
    id="vpc",
    title="Connections are opened at import in a VPC",
    severity=Severity.INFO,
    why="A VPC takes no time of a cold start: interfaces are made beforehand. What waits are names to be resolved and"
    " connections to databases that a module opens when it is imported, and a function idle for weeks, whose interface"
    " is reclaimed and whose first call then fails.",
    fix="open connections at first use, or let the wait overlap with the other imports; a proxy shortens the handshake",
    sources=("Giving Lambda functions access to resources in an Amazon VPC (AWS Lambda Developer Guide)",),
    measure="warmgate cold imports {name} --old {before} --new {version}",
    risk="the first call that needs the connection waits for it instead",
    in_account=_look,
    in_template=_look,
)
