"""The reference page of the errors of a call, from the table by which the hooks sort them."""

from __future__ import annotations

from warmgate.adapters.invoke_faults import INVOKE_FAULTS, NOT_ASSUMABLE, NOT_ASSUMABLE_WORDS, Fate, Row

_BEGINNING = """# Errors of a call

What becomes of a probe's call that brings no answer of the function. Every error that Lambda's API names for `Invoke`
is sorted here once, with those that every AWS service has. A call that ends in another one may have run where its
status is 500 or more; with any other it is the caller's.
"""
_FATES = {
    Fate.LASTING: (
        "The version's fault",
        "A failed call, as every caller would see it, whatever `when.error` says; its detail says what to do.",
    ),
    Fate.THROTTLED: ("Throttled", "Made again until the deadline, and never held against the version."),
    Fate.NOT_YET: (
        "Passing",
        "The call never reached the code: it is made again until the deadline, and then an error, by `when.error`.",
    ),
    Fate.LOST: (
        "Lost",
        "It may have run: it is made again only where its probe is `repeatable`, and says nothing of the version.",
    ),
    Fate.REFUSED: ("The caller's fault", "An error, by `when.error`: nothing was found out about the version."),
}


def invoke_errors_page() -> str:
    """Return the page."""
    sections = [
        f"\n## {title}\n\n{text}\n" + "".join(_rows(row) for row in INVOKE_FAULTS if row.fate is fate)
        for fate, (title, text) in _FATES.items()
    ]
    return _BEGINNING + "".join(sections)


def _rows(row: Row) -> str:
    lines = "".join(f"| {_named(code)} | {advice} |\n" for code, advice in row.advice.items())
    return f"\n{row.why}\n\n| error | what to do |\n| --- | --- |\n{lines}"


def _named(code: str) -> str:
    return f"`AccessDeniedException` that says `{NOT_ASSUMABLE_WORDS}`" if code == NOT_ASSUMABLE else f"`{code}`"
