"""Code in the package that nothing imports from the handler."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import size_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LEAST_BYTES, LEAST_SHARE = 1024 * 1024, 0.1
SHOWN = 5


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    package = see(function.package)
    see(package.is_python or None)
    unused = sum(size for _, size in package.unused)
    if unused < LEAST_BYTES or unused < LEAST_SHARE * package.bytes:
        yield no_issue(function.place, f"{size_of(unused)} of {size_of(package.bytes)} are never imported")
        return
    named = ", ".join(f"{name} {size_of(size)}" for name, size in package.unused[:SHOWN])
    more = f" and {len(package.unused) - SHOWN} more" if len(package.unused) > SHOWN else ""
    may = f"; {package.by_name[0]} imports by a computed name, which may reach it" if package.by_name else ""
    yield Advised(
        place=function.place,
        message=f"{size_of(unused)} of {size_of(package.bytes)} are never imported ({named}{more}){may}",
        rank=Rank.LOW,
    )


RULE = Rule(
    id="unused-code",
    title="The package holds code that is never imported",
    severity=Severity.INFO,
    why="The package is fetched and unpacked before init begins. How much of a cold start that is, no figure of"
    " Lambda's tells; code that nothing imports does not run and takes no init.",
    fix="leave it out of the package, after a test that calls each path of the handler without it",
    sources=("Best practices for working with AWS Lambda functions (AWS Lambda Developer Guide)",),
    measure="warmgate cold imports {name} --old {before} --new {version}",
    risk="imports by name, plug-ins and data files are not seen by reading sources: what is left out may be missed at"
    " run time",
    in_account=_look,
    in_template=_look,
)
