"""A sweep on clones, from the look before it to its table: what it calls, what it costs, what it never does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.fakes.clone_lab import SECRET, CloneLab, Model
from warmgate.errors import NoRoomError, SettingsError
from warmgate.model.calls import Phase, Start
from warmgate.policy.values import Limits, PercentileLimit, Policy, Probe
from warmgate_ops.cold_starts.clones.asked import Counts, SweepAsked
from warmgate_ops.cold_starts.clones.ports import CloneError
from warmgate_ops.cold_starts.clones.preparing import Prepared
from warmgate_ops.cold_starts.clones.running import carry_out
from warmgate_ops.cold_starts.clones.sweep import prepare_sweep, swept
from warmgate_ops.cold_starts.sweeping.outcome import Swept
from warmgate_ops.cold_starts.sweeping.recommending import Strategy
from warmgate_ops.cold_starts.sweeping.text import render_text
from warmgate_ops.cold_starts.sweeping.variants import Axes

SIZES = (256, 512, 1024, 1769)
POLICY = Policy(name="checkout", probes=(Probe(name="quote", payload={"sku": "bread"}),))
ID = "0a1b2c3d"


def asked(**changes: Any) -> SweepAsked:
    """Return a sweep of the usual four sizes."""
    usual: dict[str, Any] = {
        "function": "checkout-api",
        "version": "7",
        "policy": POLICY,
        "axes": Axes(memory_mb=SIZES),
        "counts": Counts(cold=20, warm=60, burst=10, seed=1),
        "strategy": Strategy.COST,
        "within_ms": 900.0,
    }
    return SweepAsked(**{**usual, **changes})


def run(lab: CloneLab, folder: Path, what: SweepAsked | None = None) -> tuple[Prepared, Swept]:
    """Return a sweep that was prepared and carried out."""
    chosen = what or asked()
    prepared = prepare_sweep(chosen, lab.world(folder), ID)
    return prepared, swept(chosen, prepared, carry_out(prepared, lab.world(folder), lambda _: None))


def test_memory_changes_the_first_call_and_not_the_init(tmp_path: Path) -> None:
    """Init is flat within 15 %, the first call follows the CPU share within 20 %, the cheapest that fits is named."""
    _, found = run(CloneLab(Model(init_ms=400, first_cpu_ms=200, warm_cpu_ms=20)), tmp_path)

    inits = [sorted(each.row.inits_ms)[10] for each in found.rated]
    assert max(inits) / min(inits) < 1.15
    for each, size in zip(found.rated, SIZES, strict=True):
        expected = 200 * 1769 / size
        assert each.row.overhead_ms == pytest.approx(expected, rel=0.2)
    assert found.recommendation.chosen is not None
    assert found.recommendation.chosen.row.variant.memory_mb == 1024
    assert found.exit_code == 0
    assert "init does not depend on memory here" in found.sentences[0]
    assert "the first call gets shorter with memory" in found.sentences[0]


def test_every_variant_gets_the_calls_that_were_asked_for(tmp_path: Path) -> None:
    """20 cold starts, each in an environment of its own with an init in its report, and 60 warm calls without one."""
    _, found = run(CloneLab(), tmp_path)

    for each in found.rated:
        cold = [s for s in each.row.samples if s.phase is Phase.PREWARM]
        warm = [s for s in each.row.samples if s.phase is Phase.MEASURED]
        assert [s.start for s in cold] == [Start.COLD] * 20
        assert [s.start for s in warm] == [Start.WARM] * 60


def test_the_estimate_is_what_is_spent(tmp_path: Path) -> None:
    """Where a function behaves as its log says, the estimate before is within 20 % of the spend after."""
    prepared, found = run(CloneLab(), tmp_path)

    assert prepared.estimate.calls == found.calls == 320
    assert prepared.estimate.expected_usd == pytest.approx(found.spent_usd, rel=0.2)
    assert prepared.estimate.most_usd is not None
    assert found.spent_usd <= prepared.estimate.most_usd


def test_the_clone_is_all_that_is_made_and_it_is_deleted(tmp_path: Path) -> None:
    """One clone, one log group, as many changes as bursts; nothing is left of them."""
    lab = CloneLab()

    run(lab, tmp_path)

    assert lab.clones.journal[:3] == ["create_group", "create", "reserve"]
    assert lab.clones.journal[-3:] == ["delete", "delete_group", "delete_group"]
    assert set(lab.clones.journal[3:-3]) == {"configure"}
    assert (lab.clones.functions, lab.clones.groups) == ({}, {})
    assert list(tmp_path.iterdir()) == []
    assert {call.function for call in lab.invoked} == {"warmgate-sweep-checkout-api-0a1b2c3d"}


def test_the_environment_is_copied_and_never_shown(tmp_path: Path) -> None:
    """The clone has the variables; no text, value or error does."""
    lab = CloneLab()

    prepared, found = run(lab, tmp_path)

    assert lab.clones.settings[0]["Environment"]["Variables"]["PASSWORD"] == SECRET
    assert SECRET not in render_text(found) + repr(prepared) + repr(found)


REFUSALS: dict[str, tuple[Callable[[], CloneLab], str]] = {
    "tag": (lambda: CloneLab(tags={}), "no tag warmgate:allow=true"),
    "tag false": (lambda: CloneLab(tags={"warmgate:allow": "false"}), "no tag warmgate:allow=true"),
    "tenants": (lambda: CloneLab(TenancyConfig={"TenantIsolationMode": "PER_TENANT"}), "tenant isolation"),
    "durable": (lambda: CloneLab(DurableConfig={"ExecutionTimeout": 60}), "durable execution"),
    "managed": (lambda: CloneLab(CapacityProviderConfig={"a": 1}), "managed instances"),
    "key": (lambda: CloneLab(Environment={"Error": {"ErrorCode": "AccessDenied"}}), "may not be decrypted"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_may_not_be_cloned_is_refused_before_anything_is_made(tmp_path: Path, why: str) -> None:
    """A SettingsError, which ends the command with 2, and not one operation on clones."""
    make, said = REFUSALS[why]
    lab = make()

    with pytest.raises(SettingsError, match=said):
        prepare_sweep(asked(), lab.world(tmp_path), ID)

    assert (lab.clones.journal, lab.invoked) == ([], [])


@pytest.mark.parametrize(
    ("unreserved", "said"), [(100, "100 stay for others"), (None, "could not be read"), (50, "50")]
)
def test_no_room_means_no_clone(tmp_path: Path, unreserved: int | None, said: str) -> None:
    """Where fewer than 100 would stay unreserved, or that is not known, nothing is made."""
    lab = CloneLab(unreserved=unreserved)

    with pytest.raises(NoRoomError, match=said):
        prepare_sweep(asked(), lab.world(tmp_path), ID)


def test_little_room_means_smaller_bursts_and_the_same_count(tmp_path: Path) -> None:
    """With four concurrent calls to spare, 20 cold starts come from more bursts, and it is said."""
    prepared, found = run(CloneLab(unreserved=104), tmp_path)

    assert prepared.burst <= 4
    assert [len(each.row.cold) for each in found.rated] == [20] * 4
    assert any("instead of 10" in note for note in found.notes)


def test_too_dear_is_refused_with_the_figure(tmp_path: Path) -> None:
    """An expected cost above --max-usd ends before a clone is made."""
    lab = CloneLab()

    with pytest.raises(SettingsError, match=r"320 calls cost about \$0\.0"):
        prepare_sweep(asked(counts=Counts(max_usd=0.001)), lab.world(tmp_path), ID)


def test_a_run_ends_before_the_call_that_could_cost_too_much(tmp_path: Path) -> None:
    """Without a log the cost shows on the way: the spend stays below what is allowed, and nothing is recommended."""
    lab = CloneLab(Model(init_ms=3000, first_cpu_ms=900, warm_cpu_ms=400), logged=False)
    what = asked(counts=Counts(max_usd=0.012, seed=1))

    _, found = run(lab, tmp_path, what)

    assert found.stopped
    assert found.spent_usd <= 0.012
    assert found.recommendation.chosen is None
    assert found.exit_code == 3
    assert lab.clones.functions == {}


def test_few_cold_starts_recommend_nothing(tmp_path: Path) -> None:
    """With 9 a size there is a table and no recommendation, whatever it shows."""
    _, found = run(CloneLab(), tmp_path, asked(counts=Counts(cold=9, warm=9)))

    assert found.recommendation.chosen is None
    assert "too few cold starts" in found.recommendation.why
    assert found.exit_code == 3


def test_no_variant_within_the_limit_recommends_none(tmp_path: Path) -> None:
    """A limit that none keeps is exit code 1, and says so."""
    _, found = run(CloneLab(), tmp_path, asked(within_ms=300.0))

    assert found.recommendation.chosen is None
    assert "no variant keeps the limits of --within" in found.advice
    assert found.exit_code == 1


def test_the_policys_limit_of_init_counts(tmp_path: Path) -> None:
    """limits.init of the policy is judged as the gate judges it."""
    limits = Limits(init=(PercentileLimit(percentile=0.95, limit_ms=300.0),))
    policy = Policy(name="strict", probes=POLICY.probes, limits=limits)

    _, found = run(CloneLab(), tmp_path, asked(policy=policy, within_ms=None))

    assert [f.check for f in found.rated[0].findings] == ["limits.init.p95"]
    assert found.exit_code == 1


def test_a_size_that_fails_is_called_no_more_and_not_recommended(tmp_path: Path) -> None:
    """256 MB run out of memory: its first burst is its last, and the others are measured all the same."""
    _, found = run(CloneLab(Model(fails_below_mb=512)), tmp_path)

    small = found.rated[0].row
    assert len(small.samples) <= 10
    assert small.failures == {"MemoryError": len(small.samples)}
    assert found.recommendation.chosen is not None
    assert found.recommendation.chosen.row.variant.memory_mb == 1024


def test_a_change_by_somebody_else_is_told(tmp_path: Path) -> None:
    """What of the function differs afterwards is named; the rest is said to be the same."""
    lab = CloneLab()
    lab.states = [{"aliases": "[7]", "configuration": "{}"}, {"aliases": "[8]", "configuration": "{}"}]

    _, found = run(lab, tmp_path)

    assert found.changed
    assert "changed by somebody else meanwhile: aliases" in render_text(found)


def test_snapstart_is_published_and_restored(tmp_path: Path) -> None:
    """With SnapStart on, each burst is of a version of the clone's own, and restores count as init."""
    lab = CloneLab()
    what = asked(axes=Axes(memory_mb=(512,), snap_start=(True, False)))

    prepared, found = run(lab, tmp_path, what)

    on, off = found.rated
    assert lab.clones.journal.count("publish") == sum(step.variant.snap_start for step in prepared.steps)
    assert {s.start for s in on.row.samples if s.phase is Phase.PREWARM} == {Start.RESTORED}
    assert {s.start for s in off.row.samples if s.phase is Phase.PREWARM} == {Start.COLD}
    assert len(on.row.cold) == len(off.row.cold) == 20


def test_another_architecture_is_another_clone(tmp_path: Path) -> None:
    """A clone has one architecture: two are made, and both are deleted."""
    lab = CloneLab()

    _, found = run(lab, tmp_path, asked(axes=Axes(memory_mb=(512,), architectures=("x86_64", "arm64"))))

    assert lab.clones.journal.count("create") == lab.clones.journal.count("delete") == 2
    assert [each.row.variant.architecture for each in found.rated] == ["x86_64", "arm64"]
    assert lab.clones.functions == {}


def test_a_large_package_passes_through_a_bucket(tmp_path: Path) -> None:
    """Without a bucket it is refused; with one it is put there, named to Lambda, and removed."""
    lab = CloneLab()
    lab.content = b"\0" * (51 * 2**20)

    with pytest.raises(SettingsError, match="--bucket"):
        prepare_sweep(asked(), lab.world(tmp_path), ID)
    run(lab, tmp_path, asked(bucket="mine"))

    assert lab.clones.settings[0]["Code"]["S3Bucket"] == "mine"
    assert lab.objects == {}


def test_an_error_on_the_way_deletes_the_clone(tmp_path: Path) -> None:
    """A clone that cannot be changed ends the run, and is gone."""
    lab = CloneLab()
    prepared = prepare_sweep(asked(), lab.world(tmp_path), ID)

    def fail(step: str) -> None:
        if step == "before configure":
            raise CloneError("cannot be changed")

    lab.clones.step = fail
    with pytest.raises(CloneError, match="cannot be changed"):
        carry_out(prepared, lab.world(tmp_path), lambda _: None)

    assert (lab.clones.functions, lab.clones.groups) == ({}, {})
