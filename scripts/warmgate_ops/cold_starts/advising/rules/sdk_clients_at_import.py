"""Many SDK clients that are made when the handler is imported."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.package.lint import Kind
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

MANY = 3


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    package = see(function.package)
    see(package.is_python or None)
    clients = package.of(Kind.CLIENT)
    if len(clients) < MANY:
        yield no_issue(function.place, f"SDK clients made at import: {len(clients)}")
        return
    places = ", ".join(f"{found.file}:{found.line}" for found in clients[:6])
    more = f" and {len(clients) - 6} more" if len(clients) > 6 else ""
    yield Advised(
        place=function.place,
        message=f"{len(clients)} SDK clients are made at import ({places}{more})",
        rank=Rank.LOW,
    )


RULE = Rule(
    id="sdk-clients-at-import",
    title="Many SDK clients are made at import",
    severity=Severity.INFO,
    why="Each client reads the description of its service. Clients that every call needs belong into init, where AWS"
    " advises to make them; those that only some calls need are made for nothing in the others.",
    fix="make a client at import where every call needs it, else at its first use, and keep it",
    sources=(
        "Best practices for working with AWS Lambda functions (AWS Lambda Developer Guide)",
        "aws-powertools/powertools-lambda-python#8405",
    ),
    measure="warmgate cold imports {name} --old {before} --new {version}",
    risk="a client that is made later is waited for by the first call that needs it",
    in_account=_look,
    in_template=_look,
)
