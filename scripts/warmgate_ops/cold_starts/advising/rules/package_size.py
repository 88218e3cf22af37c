"""A large deployment package."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.package.contents import Inspected
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import size_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LARGE_ZIP, LARGE = 30 * 1024 * 1024, 100 * 1024 * 1024


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    see(None if function.image else True)
    package = function.package
    zipped = function.code_bytes if isinstance(function.code_bytes, int) else None
    unpacked = package.bytes if isinstance(package, Inspected) else None
    size = f"{size_of(zipped)} zipped" if zipped is not None else ""
    size += f"{', ' * bool(size)}{size_of(unpacked)} unpacked" if unpacked is not None else ""
    if (zipped or 0) < LARGE_ZIP and (unpacked or 0) < LARGE:
        yield no_issue(function.place, f"package size ({see(size or None)})")
        return
    yield Advised(place=function.place, message=f"the package is {size}", rank=Rank.LOW)


RULE = Rule(
    id="package-size",
    title="The deployment package is large",
    severity=Severity.INFO,
    why="Lambda fetches and unpacks the package before init begins. Its size alone says little: what is imported takes"
    " the time, and Lambda caches code.",
    fix="see what of it is imported, and leave out what is not: tests, documentation, libraries nobody uses",
    sources=("Best practices for working with AWS Lambda functions (AWS Lambda Developer Guide)",),
    measure="warmgate cold imports {name} --old {before} --new {version}",
    risk="none, where what is left out is never read",
    in_account=_look,
    in_template=_look,
)
