"""Makes the steps of a run on clones: configure, one overlapping burst, warm rounds; nothing is judged here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deadline import Deadline
from warmgate.planning import Call, Round
from warmgate.policy.values import Probe
from warmgate.ports.functions import Invoker
from warmgate.ports.time import Clock, Overlap
from warmgate.probing.rounds import ArmVersion, Prober
from warmgate_ops.cold_starts.clones.copying import NONCE, layers_of, variables_of
from warmgate_ops.cold_starts.clones.ports import Change, CloneError, Clones, Original
from warmgate_ops.cold_starts.clones.spending import Purse
from warmgate_ops.cold_starts.sweeping.schedule import PASSES, Step, once_more
from warmgate_ops.cold_starts.sweeping.variants import Variant

Said = Callable[[str], None]
Taken = list[tuple[Variant, Sample]]
GIVES_UP_AT = 1.0
"""Share of a burst that failed from which on a variant is called no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The clones of a run, and what stands behind them."""

    clones: Mapping[tuple[str, str], str]
    """Names by version and architecture."""
    originals: Mapping[str, Original]
    """By version."""
    snapshots: bool = False
    """Whether SnapStart is switched on and off in this run; else it is never spoken of."""

    def name_of(self, variant: Variant) -> str:
        """Return the clone that runs a variant."""
        return self.clones[variant.version, variant.architecture]


@dataclass(slots=True, kw_only=True)
class Rounds:
    """A run on clones; `taken` holds what was measured so far, whatever ends it."""

    bench: Bench
    clones: Clones
    invoker: Invoker
    overlap: Overlap
    clock: Clock
    purse: Purse
    deadline: Deadline
    say: Said
    taken: Taken = field(default_factory=list)
    stopped: str = ""
    """Why not every step was made, empty where every one was."""
    _rounds: Counter[tuple[str, Phase]] = field(default_factory=Counter)
    _given_up: set[str] = field(default_factory=set)

    def run(self, steps: Sequence[Step]) -> None:
        """Make the steps, and once more the bursts that met fewer cold starts than they were to.

        Raises:
            CloneError: a clone could not be configured or called.
        """
        last_pass = 0
        for step in steps:
            if step.pass_number != last_pass:
                self._looked_back(last_pass, steps)
                last_pass = step.pass_number
            if not self._made(step):
                return
        missing = self._missing(steps)
        for number, (step, count) in enumerate(missing, start=len(steps) + 1):
            if not self._made(once_more(step, count, number)):
                return

    def _looked_back(self, last_pass: int, steps: Sequence[Step]) -> None:
        """Say after each pass what it cost, and stop where the whole run would cost more than is allowed."""
        done = sum(step.calls for step in steps if step.pass_number <= last_pass)
        if not done:
            return
        expected = self.purse.spent_usd / done * sum(step.calls for step in steps)
        self.say(f"pass {last_pass} of {PASSES}: ${self.purse.spent_usd:.4f} spent, ${expected:.4f} expected in all")
        if expected > self.purse.allowed_usd:
            self.stopped = f"${expected:.4f} expected in all, allowed ${self.purse.allowed_usd:g} (--max-usd)"

    def _made(self, step: Step) -> bool:
        """Make a step; return False where the run ends before it."""
        if self.stopped:
            return False
        if step.variant.key in self._given_up:
            return True
        if self.purse.knows_nothing and not self.purse.allows(step):
            self._try_one(step)
        if not self.purse.allows(step):
            most = self.purse.most_after(step)
            self.stopped = f"${self.purse.spent_usd:.4f} spent, the next calls could make it ${most:.4f}"
            self.stopped += f", allowed ${self.purse.allowed_usd:g} (--max-usd)"
            return False
        if self.clock.now_ms() >= self.deadline.at_ms:
            self.stopped = "the time of the run was over"
            return False
        prober = self._configured(step)
        cold = self._called(prober, step, Phase.PREWARM, step.cold)
        if cold and all(sample.outcome is not CallOutcome.OK for sample in cold):
            self._given_up.add(step.variant.key)
            self.say(
                f"{step.variant.memory_mb} MB, {step.variant.rest}: all {len(cold)} calls failed, no more are made"
            )
            return True
        for calls in step.warm:
            self._called(prober, step, Phase.MEASURED, calls)
        return True

    def _try_one(self, step: Step) -> None:
        """Make one call, which no figure holds, to learn how long calls take: a whole timeout for each is too dear."""
        trial = once_more(step, 1, 0)
        if self.purse.allows(trial):
            kept = list(self.taken)
            self._called(self._configured(trial), trial, Phase.TRIAL, trial.cold)
            self.taken = kept

    def _configured(self, step: Step) -> Prober:
        """Configure the clone anew, so that its next environments are new ones."""
        variant, original = step.variant, self.bench.originals[step.variant.version]
        name = self.bench.name_of(variant)
        change = Change(
            memory_mb=variant.memory_mb,
            snap_start=variant.snap_start if self.bench.snapshots else None,
            layers=layers_of(original, variant.without_layer) if layers_of(original) else None,
            variables={**variables_of(original), NONCE: str(step.number)},
        )
        self.clones.configure(name, change, self.deadline)
        version = "$LATEST"
        if variant.snap_start:
            version = self.clones.publish(name, self.deadline)
            self.purse.snapshot(variant)
        timeout_s = float(original.configuration.get("Timeout") or 3)
        arm = ArmVersion(function=name, version=version, timeout_s=timeout_s)
        return Prober(self.invoker, self.overlap, {Arm.CANDIDATE: arm})

    def _called(self, prober: Prober, step: Step, phase: Phase, probes: tuple[Probe, ...]) -> tuple[Sample, ...]:
        """Make overlapping calls, and keep their samples."""
        if not probes:
            return ()
        self._rounds[step.variant.key, phase] += 1
        number = self._rounds[step.variant.key, phase]
        result = prober.run(Round(phase, number, tuple(Call(Arm.CANDIDATE, probe) for probe in probes)), self.deadline)
        self.purse.take(result.samples, result.attempts, step.variant)
        self.taken += ((step.variant, sample) for sample in result.samples)
        if result.fault is not None:
            raise CloneError(f"the clone could not be called: {result.fault}") from result.fault
        if not result.complete:
            self.stopped = "the time of the run was over"
        return result.samples

    def _missing(self, steps: Sequence[Step]) -> list[tuple[Step, int]]:
        """Return a step of each variant that met fewer cold starts than were planned, and how many fewer."""
        found = []
        for step in {step.variant.key: step for step in steps}.values():
            wanted = sum(len(each.cold) for each in steps if each.variant == step.variant)
            met = sum(
                v == step.variant and s.phase is Phase.PREWARM and s.start in {Start.COLD, Start.RESTORED}
                for v, s in self.taken
            )
            if met < wanted:
                found.append((step, min(wanted - met, len(step.cold))))
        return found
