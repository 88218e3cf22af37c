"""Two versions side by side: who waits longer, who less, and that work which only moved is no cure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.fakes.clone_lab import CloneLab, Model
from warmgate.errors import SettingsError
from warmgate.policy.values import Policy, Probe
from warmgate_ops.cold_starts.clones.asked import Counts, MeasureAsked
from warmgate_ops.cold_starts.clones.in_place import carry_out_in_place, prepare_in_place
from warmgate_ops.cold_starts.clones.measure import measured, prepare_measure
from warmgate_ops.cold_starts.clones.running import carry_out
from warmgate_ops.cold_starts.sweeping.measured import Measured, render_json, render_text
from warmgate_ops.cold_starts.sweeping.measuring import Word

QUOTE = Probe(name="quote", weight=92, payload={"path": "quote"})
REPORT = Probe(name="report", weight=8, payload={"path": "report"})
BOTH = Policy(name="checkout", probes=(QUOTE, REPORT))
ONE = Policy(name="checkout", probes=(QUOTE,))
ID = "0a1b2c3d"
EAGER = Model(init_ms=934, first_cpu_ms=100)
MOVED = Model(init_ms=512, first_cpu_ms=100, by_payload={"report": 420.0})
"""420 ms of imports left init and came back in the first call of `report`, with the CPU of 512 MB."""


def asked(policy: Policy = BOTH, **changes: Any) -> MeasureAsked:
    """Return a measurement of versions 7 and 8."""
    usual: dict[str, Any] = {"counts": Counts(cold=20, warm=20, seed=1), "policy": policy}
    versions = {"function": "checkout-api", "before": "7", "after": "8"}
    return MeasureAsked(**{**versions, **usual, **changes})


def run(lab: CloneLab, folder: Path, what: MeasureAsked | None = None) -> Measured:
    """Return a measurement on clones that was carried out."""
    chosen, world = what or asked(), lab.world(folder)
    prepared = prepare_measure(chosen, world, ID)
    return measured(chosen, prepared, carry_out(prepared, world, lambda _: None))


def in_place(lab: CloneLab, folder: Path, what: MeasureAsked) -> Measured:
    """Return a measurement in place that was carried out."""
    world = lab.world(folder)
    prepared = prepare_in_place(what, world, ID)
    return measured(what, prepared, carry_out_in_place(what, prepared, world))


@pytest.mark.parametrize("seed", range(10))
def test_init_better_and_together_worse_is_slower(tmp_path: Path, seed: int) -> None:
    """The trap: init lost 422 ms, and whoever calls `report` first waits a second longer."""
    found = run(CloneLab(EAGER, MOVED, seed=seed), tmp_path)

    words = {column.probe: column.together.word for column in found.comparison.columns}
    assert found.comparison.init.word is Word.FASTER
    assert words == {"quote": Word.FASTER, "report": Word.SLOWER}
    assert found.comparison.only_moved
    assert found.exit_code == 1
    said = " ".join(found.sentences)
    assert "SLOWER for report" in said
    assert "init better, together worse" in said
    assert "limits.first_response.p95" in said
    assert "0.29 vCPU" in said


def test_the_mean_by_weights_would_hide_it(tmp_path: Path) -> None:
    """On average it is faster by a third: the mean is told, and is not what decides."""
    found = run(CloneLab(EAGER, MOVED), tmp_path)

    before, after = found.comparison.mean_before_ms, found.comparison.mean_after_ms
    assert before is not None
    assert after is not None
    assert after < 0.85 * before
    assert found.exit_code == 1


@pytest.mark.parametrize("seed", range(10))
def test_the_same_version_twice_is_no_difference(tmp_path: Path, seed: int) -> None:
    """Two versions that behave alike are told apart in no seed."""
    found = run(CloneLab(EAGER, EAGER, seed=seed), tmp_path)

    assert {column.together.word for column in found.comparison.columns} == {Word.ALIKE}
    assert found.exit_code == 0


def test_a_limit_that_would_fail_is_told(tmp_path: Path) -> None:
    """With a limit, it is said of it whether the slower probe breaks it."""
    found = run(CloneLab(EAGER, MOVED), tmp_path, asked(within_ms=1800.0))

    assert "limits.first_response.p95 of 1.80 s would fail" in " ".join(found.sentences)


def test_each_probe_gets_cold_starts_of_its_own(tmp_path: Path) -> None:
    """20 of each probe and version, whatever the weights; two clones are made and deleted."""
    lab = CloneLab(EAGER, MOVED)

    found = run(lab, tmp_path)

    sizes = [(len(c.together.before_ms), len(c.together.after_ms)) for c in found.comparison.columns]
    assert sizes == [(20, 20), (20, 20)]
    assert lab.clones.journal.count("create") == lab.clones.journal.count("delete") == 2
    assert lab.clones.functions == {}


def test_too_few_cold_starts_find_nothing_out(tmp_path: Path) -> None:
    """Four of each are no measurement: exit code 3."""
    found = run(CloneLab(EAGER, MOVED), tmp_path, asked(counts=Counts(cold=4, warm=4)))

    assert {column.together.word for column in found.comparison.columns} == {Word.TOO_FEW}
    assert found.exit_code == 3


def test_in_place_calls_the_versions_and_makes_no_clone(tmp_path: Path) -> None:
    """One burst of each, then warm calls; nothing is made or changed."""
    lab = CloneLab(EAGER, Model(init_ms=1500, first_cpu_ms=100))

    found = in_place(lab, tmp_path, asked(ONE, in_place=True))

    assert lab.clones.journal == []
    assert {(call.function, call.version) for call in lab.invoked} == {("checkout-api", "7"), ("checkout-api", "8")}
    assert found.comparison.columns[0].together.word is Word.SLOWER
    assert found.exit_code == 1


def test_in_place_a_warm_version_is_filled_up_from_its_log(tmp_path: Path) -> None:
    """Version 7 serves and is warm: the cold starts of real calls stand beside version 8's."""
    lab = CloneLab(EAGER, Model(init_ms=1500, first_cpu_ms=100))
    warm = asked(ONE, in_place=True)
    lab._environments["checkout-api", "7", "7"] = [0.0] * 100

    found = in_place(lab, tmp_path, warm)

    assert found.comparison.before.met_warm == 20
    assert len(found.comparison.columns[0].together.before_ms) == 10
    assert found.comparison.columns[0].together.word is Word.SLOWER


def test_one_version_is_no_comparison(tmp_path: Path) -> None:
    """Before and after must differ."""
    with pytest.raises(SettingsError, match="twice"):
        prepare_measure(asked(before="8"), CloneLab(EAGER, MOVED).world(tmp_path), ID)


def test_renderings_hold_what_was_found(tmp_path: Path) -> None:
    """Text has a row a version and a column a probe; JSON has every figure."""
    found = run(CloneLab(EAGER, MOVED), tmp_path)
    document = json.loads(render_json(found))

    lines = render_text(found).splitlines()
    assert [line.split()[:2] for line in lines[2:4]] == [["before", "7"], ["after", "8"]]
    assert "quote (92 %)" in lines[1]
    assert [probe["together"]["word"] for probe in document["probes"]] == ["FASTER", "SLOWER"]
    assert document["only_moved"] is True
