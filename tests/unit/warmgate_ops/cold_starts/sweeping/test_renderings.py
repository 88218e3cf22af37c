"""A sweep as text, JSON, page and picture: the same figures in each, and nobody's text is obeyed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from support.fakes.clone_lab import CloneLab, Model
from unit.warmgate_ops.cold_starts.clones.test_sweep import asked, run
from warmgate.errors import SettingsError
from warmgate.report.samples import read_samples
from warmgate_ops.cold_starts.clones.asked import Counts
from warmgate_ops.cold_starts.sweeping.document import document_of, render_json
from warmgate_ops.cold_starts.sweeping.outcome import Swept
from warmgate_ops.cold_starts.sweeping.page import render_page
from warmgate_ops.cold_starts.sweeping.picture import render_png
from warmgate_ops.cold_starts.sweeping.recorded import sweep_lines
from warmgate_ops.cold_starts.sweeping.text import render_text
from warmgate_ops.cold_starts.sweeping.variants import Axes


@pytest.fixture
def swept(tmp_path: Path) -> Swept:
    """Give the sweep of the usual function."""
    return run(CloneLab(), tmp_path)[1]


def test_text_and_json_say_the_same(swept: Swept) -> None:
    """A line a variant, the recommended one marked in both."""
    lines, document = render_text(swept).splitlines(), json.loads(render_json(swept))

    assert [line.split()[0] for line in lines[2:6]] == ["256", "512", "1024", "1769"]
    (marked,) = [line for line in lines if line.endswith("<- recommended")]
    assert marked.split()[0] == str(document["recommendation"]["memory_mb"]) == "1024"
    assert document["says"] == list(swept.sentences)
    assert [each["cold_starts"] for each in document["variants"]] == [20] * 4


def test_few_cold_starts_show_no_figures(tmp_path: Path) -> None:
    """With four a size, the table says so, and JSON has what there is with its count."""
    _, found = run(CloneLab(), tmp_path, asked(counts=Counts(cold=4, warm=4)))

    assert render_text(found).count("too few") >= 4
    assert document_of(found)["recommendation"]["variant"] is None


def test_a_page_needs_nothing_and_obeys_nobody(swept: Swept) -> None:
    """No script, no address; a function's name is text, whatever it holds."""
    page = render_page(replace(swept, function="<script>alert(1)</script>\x1b[2J"))

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "1024 MB (recommended)" in page
    assert "Cold first response against cost" in page


def test_the_picture_is_the_same_every_time(swept: Swept) -> None:
    """A PNG whose bytes depend on the figures alone."""
    first, second = (render_png(swept.rated, swept.recommendation.chosen, "$x^2$") for _ in range(2))

    assert first == second
    assert first.startswith(b"\x89PNG")


def test_recorded_samples_are_read_back(swept: Swept) -> None:
    """Each variant is a run with its cold calls in one round, as a gate would have made them."""
    text = sweep_lines(swept.sweep_id, [each.row for each in swept.rated])
    found = list(read_samples(text.splitlines()))

    assert len(found) == 320
    assert len({name for name, _ in found}) == 4
    assert {sample.round for _, sample in found if sample.phase == "prewarm"} == {1}


def test_an_unknown_function_is_tried_with_one_call(tmp_path: Path) -> None:
    """With a timeout of 15 minutes and no log a burst could cost too much: one call shows that it does not."""
    lab = CloneLab(Model(), logged=False, Timeout=900)

    _, found = run(lab, tmp_path, asked(axes=Axes(memory_mb=(1769,)), counts=Counts(max_usd=0.05)))

    assert not found.stopped
    assert (found.calls, len(found.rated[0].row.samples)) == (81, 80)


def test_what_could_cost_too_much_by_one_call_is_not_called(tmp_path: Path) -> None:
    """Where even that may go beyond --max-usd nothing is called, and it is said."""
    lab = CloneLab(Model(), logged=False, Timeout=900)

    _, found = run(lab, tmp_path, asked(axes=Axes(memory_mb=(1769,)), counts=Counts(max_usd=0.01)))

    assert lab.invoked == []
    assert "allowed $0.01" in found.stopped


@pytest.mark.parametrize("counts", [Counts(cold=0), Counts(warm=-1), Counts(burst=0), Counts(max_usd=0.0)])
def test_counts_that_make_no_run_are_told(counts: Counts) -> None:
    """Which option, what was found, what is expected."""
    with pytest.raises(SettingsError, match=r"^--"):
        counts.check()
