"""The outputs on the page about memory are printed by runs on functions that a model stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fakes.clone_lab import CloneLab, Model
from unit.warmgate_ops.cold_starts.clones import test_measure, test_sweep
from warmgate.policy.values import Policy, Probe
from warmgate_ops.cold_starts.clones.asked import Counts
from warmgate_ops.cold_starts.clones.sweep import prepare_sweep
from warmgate_ops.cold_starts.sweeping.measured import render_text as measured_text
from warmgate_ops.cold_starts.sweeping.text import plan_text
from warmgate_ops.cold_starts.sweeping.text import render_text as swept_text

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "choose-memory.md"
CHECKOUT = Model(init_ms=930, first_cpu_ms=100, warm_cpu_ms=9, noise=0.06)
BEFORE = Model(init_ms=934, first_cpu_ms=100, noise=0.05)
AFTER = Model(init_ms=512, first_cpu_ms=100, noise=0.05, by_payload={"report": 422.0})
NINE_TO_ONE = Policy(
    name="checkout",
    probes=(
        Probe(name="quote", weight=9, payload={"path": "quote"}),
        Probe(name="report", weight=1, payload={"path": "report"}),
    ),
)


def planned(folder: Path) -> str:
    """Return what is asked before the sweep of the page."""
    prepared = prepare_sweep(test_sweep.asked(), CloneLab(CHECKOUT).world(folder), "3f9c04d1")
    about = "role, layers, environment, VPC of version 7"
    names = ["warmgate-sweep-checkout-api-3f9c04d1"]
    return plan_text(names, about, prepared.estimate, prepared.burst, prepared.max_usd)


def sweep(folder: Path) -> str:
    """Return the sweep of the page."""
    what = test_sweep.asked(within_ms=1500.0, cold_share=0.007)
    return swept_text(test_sweep.run(CloneLab(CHECKOUT, seed=2), folder, what)[1])


def measurement(folder: Path) -> str:
    """Return the measurement of the page."""
    what = test_measure.asked(NINE_TO_ONE, counts=Counts(cold=20, warm=30, seed=1))
    return measured_text(test_measure.run(CloneLab(BEFORE, AFTER, seed=1), folder, what))


@pytest.mark.parametrize("printed", [planned, sweep, measurement])
def test_the_page_shows_what_is_printed(tmp_path: Path, printed: object) -> None:
    """Word for word: whoever changes an output changes the page."""
    assert callable(printed)
    assert f"```text\n{printed(tmp_path)}\n```" in PAGE.read_text(encoding="utf-8")
