"""The default policy on ordinary functions, which raise on `{}`: healthy releases pass, broken ones are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.fakes.world import EXECUTION, Served, World, served
from warmgate.adapters.policies import read_policy
from warmgate.errors import InvokeError
from warmgate.judge.replaying import replay
from warmgate.model.calls import Phase
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome, Verdict
from warmgate.policy.values import Budget, Compare, ErrorAction, Expect, Limits, Policy, Probe, Warm, When
from warmgate.report.console import render_console
from warmgate.report.document import build_document
from warmgate.report.junit import render_junit
from warmgate.report.markdown import render_markdown
from warmgate.report.notice import check_lines
from warmgate.report.samples import read_samples, render_samples

DEFAULT = read_policy(Path(__file__).parents[4] / "policies" / "default.yaml")
WRITTEN = Policy(
    name="written",
    probes=(Probe(name="health"),),
    warm=Warm(environments=5, rounds=0),
    limits=Limits(memory_ratio=0.9),
    budget=Budget(invocations=20),
)
KINDS = {
    "http-api": ("KeyError", "'pathParameters'"),
    "sqs": ("KeyError", "'Records'"),
    "s3": ("KeyError", "'Records'"),
    "schedule": ("KeyError", "'time'"),
    "node-http": ("TypeError", "Cannot read properties of undefined (reading 'id')"),
    "dynamodb-writer": ("KeyError", "'order_id'"),
}
Answers = Callable[[int], Served | Exception]


def raising(error_type: str, message: str = "", *, init_ms: float = 300.0, memory_mb: int = 90) -> Answers:
    """Return a version whose handler raises; the first 20 calls meet cold environments."""
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return lambda i: served(
        duration_ms=2,
        init_ms=init_ms if i < 20 else None,
        function_error="Unhandled",
        payload=payload,
        memory_mb=memory_mb,
    )


def answering(index: int) -> Served:
    """Return the answer of a version that can take the probe."""
    return served(init_ms=300 if index < 20 else None)


def judged(old: Answers, new: Answers, policy: Policy = DEFAULT, world: World | None = None) -> Verdict:
    """Return the verdict on a release from one version to another."""
    world = world or World()
    world.policies.policy = policy
    world.invoker.by_version = {"6": old, "7": new}
    gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))
    assert gated.judgement is not None
    assert world.codedeploy.reported == [gated.status]
    return gated.judgement.verdict


def checks(verdict: Verdict) -> dict[str, Outcome]:
    """Return the outcome of each check."""
    return {finding.check: finding.outcome for finding in verdict.findings}


@pytest.mark.parametrize("kind", KINDS)
def test_a_healthy_release_of_an_ordinary_function_passes_and_says_that_its_probe_does_not_fit(kind: str) -> None:
    """With the default policy alone: the burst is all that is called, and init, memory and errors are judged."""
    world = World()
    verdict = judged(raising(*KINDS[kind]), raising(*KINDS[kind]), world=world)
    told = f"probe default does not fit: version 6 fails it the same way: {': '.join(KINDS[kind])}"

    assert (verdict.status, verdict.settled_by) == (Status.SUCCEEDED, "when.probe_unfit: pass")
    assert verdict.warnings == (told,)
    assert told in verdict.reason
    assert len(world.invoker.calls) == 40
    assert checks(verdict) == {
        "limits.init.p95": Outcome.PASSED,
        "limits.errors.rate": Outcome.PASSED,
        "limits.memory.max": Outcome.PASSED,
        "probes.default.fit": Outcome.INCONCLUSIVE,
        "compare.init.median": Outcome.PASSED,
        "compare.duration.body": Outcome.PASSED,
        "compare.duration.tail": Outcome.PASSED,
    }
    reasons = {finding.check: finding.reason for finding in verdict.findings}
    assert reasons["limits.errors.rate"] == "None of 20 calls failed otherwise than version 6 does"
    assert reasons["compare.duration.body"] == "not compared: no probe fits"


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (raising("Runtime.ImportModuleError", "Unable to import module 'app'"), "limits.errors.rate"),
        (raising("KeyError", "'pathParameters'", init_ms=3_500), "limits.init.p95"),
        (raising("KeyError", "'pathParameters'", init_ms=2_900), "compare.init.median"),
        (raising("KeyError", "'pathParameters'", memory_mb=250), "limits.memory.max"),
        (raising("AccessDeniedException"), "limits.errors.rate"),
        (lambda _: InvokeError("no key", code="KMSAccessDeniedException", lasting=True), "limits.errors.rate"),
    ],
    ids=["import", "init beyond the limit", "init ten times as slow", "memory", "another error", "cannot run"],
)
def test_a_broken_release_of_the_same_function_is_refused(broken: Answers, check: str) -> None:
    """Nothing of it is excused by a baseline that raises another error."""
    verdict = judged(raising("KeyError", "'pathParameters'"), broken)

    assert verdict.status is Status.FAILED
    assert checks(verdict)[check] is Outcome.FAILED


@pytest.mark.parametrize(
    "crash",
    [raising("Runtime.ImportModuleError"), raising("Runtime.ExitError"), raising("Extension.Crash"), raising("")],
)
def test_what_fails_before_the_handler_is_never_excused(crash: Answers) -> None:
    """A version that cannot start is refused, whatever serves now; so is an error without a name."""
    assert judged(crash, crash).status is Status.FAILED


def test_a_candidate_that_fails_where_the_baseline_answers_is_refused() -> None:
    """The same error is a fault where nobody had it before."""
    verdict = judged(answering, raising("KeyError", "'pathParameters'"))

    assert verdict.status is Status.FAILED
    assert "limits.errors.rate: All 20 calls failed" in verdict.reason
    assert "probes.default.fit" not in checks(verdict)


def test_a_baseline_that_fails_sometimes_excuses_nothing() -> None:
    """One good answer of it says that the probe fits."""
    flaky = raising("KeyError", "'id'")
    verdict = judged(lambda i: answering(i) if i == 7 else flaky(i), flaky)

    assert verdict.status is Status.FAILED
    assert checks(verdict)["limits.errors.rate"] is Outcome.FAILED


def test_a_candidate_that_mends_what_the_baseline_fails_is_not_compared_in_its_durations() -> None:
    """It takes longer to do its work than to fail at once."""
    verdict = judged(raising("KeyError", "'id'"), lambda i: served(duration_ms=900, init_ms=300 if i < 20 else None))

    assert (verdict.status, verdict.outcome) == (Status.SUCCEEDED, Outcome.PASSED)
    (fit,) = [finding for finding in verdict.findings if finding.check == "probes.default.fit"]
    assert fit.reason == "version 6 fails it (KeyError: 'id'), the candidate does not: its durations are not compared"


def test_a_written_policy_refuses_a_probe_that_does_not_fit_and_says_whose_fault_it_is() -> None:
    """Somebody wrote the probe to be answered; three calls of the baseline are enough to know."""
    world = World()
    error = raising("KeyError", "'id'")
    verdict = judged(error, error, WRITTEN, world)

    assert (verdict.status, verdict.settled_by) == (Status.FAILED, "when.probe_unfit: fail")
    assert verdict.reason == "probe health does not fit: version 6 fails it the same way: KeyError: 'id'"
    assert [call.version for call in world.invoker.calls] == ["7"] * 5 + ["6"] * 3


def test_a_written_policy_may_let_it_pass() -> None:
    """What is left is judged: memory here."""
    error, policy = raising("KeyError", "'id'"), replace(WRITTEN, when=When(probe_unfit=ErrorAction.PASS))
    assert judged(error, error, policy).status is Status.SUCCEEDED

    hog = raising("KeyError", "'id'", memory_mb=250)
    assert "limits.memory.max" in judged(error, hog, policy).reason


def test_a_message_of_another_key_is_told() -> None:
    """The error type is the same; people see that the candidate misses something else."""
    verdict = judged(raising("KeyError", "'id'"), raising("KeyError", "'TABLE'"))

    (warning,) = verdict.warnings
    assert warning.endswith("version 6 fails it the same way: KeyError: 'id' (the candidate: KeyError: 'TABLE')")


def test_messages_that_may_hold_values_are_not_told() -> None:
    """A ValueError repeats what it was given."""
    error = raising("ValueError", "invalid token s3cr3t")
    assert judged(error, error).warnings == ("probe default does not fit: version 6 fails it the same way: ValueError",)


@pytest.mark.parametrize(("status", "outcome"), [(400, Status.SUCCEEDED), (500, Status.FAILED)])
def test_an_unexpected_answer_is_the_same_way_where_its_status_is(status: int, outcome: Status) -> None:
    """A 400 to an empty event says that it does not fit, a 500 that the candidate is broken."""
    probe = Probe(name="health", expect=Expect(jmespath="statusCode == `200`"))
    policy = replace(WRITTEN, probes=(probe,), when=When(probe_unfit=ErrorAction.PASS))
    old, new = (lambda _, code=code: served(payload=b'{"statusCode":%d}' % code) for code in (400, status))

    assert judged(old, new, policy).status is outcome


def test_one_probe_of_two_is_judged_where_the_other_does_not_fit() -> None:
    """The errors and durations of the probe that fits still count."""
    policy = replace(DEFAULT, probes=(Probe(name="empty"), Probe(name="health", payload={"path": "/"})))

    def answers(broken: bool) -> Answers:
        world_calls = world.invoker.calls

        def answer(index: int) -> Served | Exception:
            if world_calls[-1].payload == b"{}":
                return raising("KeyError", "'path'")(index)
            return raising("KeyError", "'path'")(index) if broken else answering(index)

        return answer

    world = World()
    good = judged(answers(broken=False), answers(broken=False), policy, world)
    assert (good.status, len(good.warnings)) == (Status.SUCCEEDED, 1)
    assert next(f for f in good.findings if f.check == "compare.duration.tail").sample_count > 0

    world = World()
    bad = judged(answers(broken=False), answers(broken=True), policy, world)
    assert bad.status is Status.FAILED
    assert "calls failed otherwise than version 6 does" in bad.reason


@pytest.mark.parametrize("invocations", [6, 7])
def test_no_trial_goes_beyond_the_budget(invocations: int) -> None:
    """Without room for three calls of the baseline nothing is excused."""
    error, world = raising("KeyError", "'id'"), World()
    verdict = judged(error, error, replace(WRITTEN, budget=Budget(invocations=invocations)), world)

    assert (verdict.status, len(world.invoker.calls)) == (Status.FAILED, 5)
    assert "limits.errors.rate" in verdict.reason


def test_a_baseline_that_cannot_be_called_excuses_nothing() -> None:
    """The candidate's own failures are known, and refuse it."""
    error = raising("KeyError", "'id'")
    verdict = judged(lambda _: InvokeError("denied", code="AccessDeniedException"), error, WRITTEN)

    assert verdict.status is Status.FAILED
    assert verdict.outcome is Outcome.FAILED


def test_a_first_release_has_no_baseline_to_try() -> None:
    """What it fails is its own."""
    world = World()
    world.codedeploy.deployment = replace(world.codedeploy.deployment, baseline="")
    error = raising("KeyError", "'id'")

    assert "limits.errors.rate" in judged(error, error, WRITTEN, world).reason
    assert {call.version for call in world.invoker.calls} == {"7"}


def test_a_policy_that_compares_nothing_costs_three_calls_more_only_where_it_would_refuse() -> None:
    """A healthy release with a probe that fits never calls the baseline."""
    world = World()
    judged(answering, answering, replace(WRITTEN, compare=Compare()), world)

    assert {call.version for call in world.invoker.calls} == {"7"}


def test_every_report_says_it() -> None:
    """Console, Markdown, JUnit, `why` and the JSON document: the sentence, and the word that let it through."""
    world = World()
    world.policies.policy = DEFAULT
    world.invoker.answers = raising("KeyError", "'pathParameters'")
    gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))
    assert gated.judgement is not None
    assert gated.status is not None
    document = build_document(gated.judgement, gated.status)
    told = "probe default does not fit: version 6 fails it the same way: KeyError: 'pathParameters'"

    console = render_console(gated.judgement, gated.status)
    assert console.startswith("INCONCLUSIVE: checkout-api version 7 (let through by when.probe_unfit: pass)")
    assert f"warning: {told}" in console
    assert told in render_markdown(gated.judgement, gated.status)
    assert f'<skipped message="{told}"' in render_junit(document)
    assert document["warnings"] == [told]
    assert f"inconclusive  probes.default.fit: {told}" in check_lines(document)
    assert [each["inconclusive_because"] for each in document["findings"] if each["inconclusive_because"]] == [
        "probe unfit"
    ]


def test_trials_are_counted_apart_in_samples() -> None:
    """They are calls of the baseline alone, in a phase of their own."""
    world = World()
    world.policies.policy = WRITTEN
    world.invoker.answers = raising("KeyError", "'id'")
    gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))
    assert gated.judgement is not None

    assert sum(sample.phase is Phase.TRIAL for sample in gated.judgement.samples) == 3
    assert gated.judgement.spending.invocations == 8


def test_a_recorded_run_replays_to_the_same_end() -> None:
    """The samples hold the types of errors, and the calls that tried the probe."""
    policy = replace(WRITTEN, limits=Limits())
    for new in (raising("KeyError", "'id'"), raising("TypeError")):
        world = World()
        world.policies.policy = policy
        world.invoker.by_version = {"6": raising("KeyError", "'id'"), "7": new}
        gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))
        assert gated.judgement is not None
        recorded = [sample for _, sample in read_samples(render_samples(gated.judgement).splitlines())]
        again = replay(recorded, policy)

        assert again.verdict.outcome is gated.judgement.verdict.outcome
        assert again.calls == gated.judgement.spending.invocations == 8
