"""After a refusal for slow cold starts a rehearsal looks which import it is; after any other end it does not."""

from __future__ import annotations

import pytest
from rich.console import Console

from support.cold_imports import release_of as release
from warmgate.errors import SettingsError
from warmgate_ops.cli import rehearse_imports
from warmgate_ops.rehearsal.catalogue import SCENARIOS
from warmgate_ops.rehearsal.display import show_imports

SLOW = next(each for each in SCENARIOS if each.name == "slow_init")


@pytest.mark.parametrize(
    ("findings", "refused"),
    [
        ([("limits.duration.p95", "failed"), ("compare.init.median", "failed")], True),
        ([("limits.init.p95", "passed"), ("limits.duration.p95", "failed")], False),
        ([], False),
    ],
)
def test_only_init_is_looked_into(findings: list[tuple[str, str]], refused: bool) -> None:
    """Nothing is run where no check of init failed."""
    assert rehearse_imports.refused_for_init(release(*findings)) is refused
    if not refused:
        assert rehearse_imports.import_lines(SLOW, release(*findings), lambda *_: None) == ()


def test_what_cannot_be_imported_here_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict stands without it."""

    def broken(*_: object) -> None:
        raise SettingsError("version 1: no Python", hint="install it")

    monkeypatch.setattr(rehearse_imports, "_bench", broken)

    lines = rehearse_imports.import_lines(SLOW, release(("limits.init.p95", "failed")), lambda *_: None)

    assert lines == ("which import it is could not be found out: version 1: no Python - install it",)


def test_the_table_stands_below_the_verdict() -> None:
    """Indented, by its scenario where there are several; nothing where nobody looked."""
    console = Console(record=True, width=80, file=None, quiet=False)
    with console.capture() as printed:
        show_imports(console, ("one", "two"), "slow_init")
        show_imports(console, ())

    assert printed.get() == "  imports of slow_init:\n    one\n    two\n"
