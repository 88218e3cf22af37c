"""Judgements that the report tests render: one of each kind that a reader meets."""

from __future__ import annotations

from dataclasses import replace

from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status, Target
from warmgate.model.verdict import Because, Finding, Judgement, Mode, Outcome, Spending, Unit, Unjudged, Verdict

SECRET = "card 4111-1111"
"""Stands in a sample's detail; no renderer may show it."""

SLOW = Finding(
    check="limits.duration.p95",
    outcome=Outcome.FAILED,
    reason="9 of 43 calls took longer than 400 ms (20.9 %; the limit allows 5 %)",
    details="slow calls from 8 of 20 environments; 9 of 43 or more fail",
    measured=612.25,
    limit=400.0,
    unit=Unit.MS,
    margin=-0.530625,
    bad_count=9,
    sample_count=43,
    environment_count=8,
)
COMPARED = Finding(
    check="compare.duration.body",
    outcome=Outcome.INCONCLUSIVE,
    reason="the median call took 1.09x the baseline's, the p95 1.12x; the limit is 1.2x",
    decided=False,
    measured=1.09,
    limit=1.2,
    unit=Unit.TIMES,
    margin=0.0917,
    sample_count=100,
    environment_count=20,
    proven="not 1.3x slower as a whole (95 % confidence)",
    inconclusive_because=Because.CAP,
    leans_to_fail=True,
)
ERRORS = Finding(
    check="limits.errors.rate",
    outcome=Outcome.PASSED,
    reason="None of 120 calls failed",
    measured=0.0,
    limit=0.0,
    unit=Unit.RATIO,
    bad_count=0,
    sample_count=120,
)
MEMORY = Finding(
    check="limits.memory.max",
    outcome=Outcome.PASSED,
    reason="peak 90 MB of 256 MB",
    measured=0.35,
    limit=0.85,
    unit=Unit.RATIO,
    margin=0.586,
    sample_count=120,
)
COLD = Finding(
    check="limits.init.p95",
    outcome=Outcome.PASSED,
    reason="None of 20 cold starts took longer than 1500 ms",
    measured=0,
    limit=4,
    unit=Unit.COUNT,
    margin=1.0,
    bad_count=0,
    sample_count=20,
    environment_count=20,
)
UNSEEN = Finding(
    check="limits.memory.max",
    outcome=Outcome.INCONCLUSIVE,
    reason="no call showed its memory",
    decided=False,
    inconclusive_because=Because.NO_DATA,
)

SAMPLES = (
    Sample(
        arm=Arm.CANDIDATE,
        round=1,
        position=0,
        probe="health",
        phase=Phase.PREWARM,
        outcome=CallOutcome.OK,
        start=Start.COLD,
        environment="2026/05/04/[8]0f",
        duration_ms=21.5,
        init_ms=301.25,
        memory_mb=90.0,
    ),
    Sample(
        arm=Arm.BASELINE,
        round=1,
        position=1,
        probe="health",
        phase=Phase.PREWARM,
        outcome=CallOutcome.OK,
        start=Start.RESTORED,
        duration_ms=20.0,
        restore_ms=180.5,
        memory_mb=88.0,
    ),
    Sample(
        arm=Arm.CANDIDATE,
        round=1,
        position=0,
        probe="quote",
        phase=Phase.MEASURED,
        outcome=CallOutcome.TIMEOUT,
        error_type="Sandbox.Timedout",
        detail=SECRET,
    ),
    Sample(
        arm=Arm.CANDIDATE,
        round=1,
        position=1,
        probe="quote",
        phase=Phase.MEASURED,
        outcome=CallOutcome.UNEXPECTED_ANSWER,
        start=Start.WARM,
        duration_ms=612.25,
        memory_mb=90.0,
        detail=SECRET,
    ),
)

REFUSED = Judgement(
    deployment=Deployment(
        deployment_id="d-ABCDEF123",
        target=Target("checkout-api", "live"),
        baseline="7",
        candidate="8",
        lifecycle_event=LifecycleEvent.BEFORE_ALLOW_TRAFFIC,
    ),
    execution=HookExecution("d-ABCDEF123", "hook-execution-1"),
    policy_name="checkout-api",
    policy_source="bundled:checkout",
    verdict=Verdict(
        outcome=Outcome.FAILED,
        status=Status.FAILED,
        reason=f"{SLOW.check}: {SLOW.reason}",
        findings=(SLOW, COMPARED, ERRORS, MEMORY, COLD),
        warnings=("p99 cannot be proven with 200 calls | see the policy's budget",),
    ),
    spending=Spending(invocations=143, seconds=12.25, cost_usd=0.000412, throttles=2, retries=3),
    samples=SAMPLES,
    notes=("burst of 12 instead of 20: account [limits] <left> 24 calls",),
    started_at="2026-05-04T10:00:00Z",
)

PASSED = replace(
    REFUSED,
    verdict=Verdict(
        outcome=Outcome.PASSED, status=Status.SUCCEEDED, reason="5 of 5 checks passed", findings=(ERRORS, MEMORY, COLD)
    ),
    spending=Spending(invocations=120, seconds=4.5, cost_usd=0.0001),
    samples=SAMPLES[:2],
    notes=(),
)

OBSERVED = replace(
    REFUSED,
    verdict=replace(REFUSED.verdict, status=Status.SUCCEEDED, mode=Mode.OBSERVE, settled_by="mode: observe"),
    samples=(),
    notes=(),
)

UNFOUND = Judgement(
    deployment=Deployment(
        deployment_id="d-ABCDEF124",
        target=Target("unknown", "unknown"),
        baseline="",
        candidate="",
        lifecycle_event=None,
    ),
    execution=None,
    policy_name="",
    policy_source="",
    verdict=Verdict(
        outcome=Outcome.ERROR,
        status=Status.FAILED,
        reason="checkout.yaml:3 limits.init.p95: found 400, expected a duration\ncheckout.yaml:9 match: found 3",
    ),
    spending=Spending(),
)

HALF = replace(
    REFUSED,
    verdict=Verdict(
        outcome=Outcome.INCONCLUSIVE,
        status=Status.FAILED,
        reason=COMPARED.reason,
        findings=(COMPARED, UNSEEN),
        settled_by="when.inconclusive: half, when.no_data: fail",
    ),
    notes=(),
)

OPEN = replace(
    HALF,
    verdict=replace(
        HALF.verdict, status=Status.SUCCEEDED, findings=(COMPARED, ERRORS), settled_by="when.inconclusive: pass"
    ),
)

SKIP_REASON = "SKIPPED by the deployment's description, nothing was judged: incident 4711"
SKIPPED = replace(
    PASSED,
    policy_name="",
    policy_source="",
    samples=(),
    notes=(),
    spending=Spending(),
    verdict=Verdict(
        outcome=Outcome.SKIPPED,
        status=Status.SUCCEEDED,
        reason=SKIP_REASON,
        warnings=(SKIP_REASON,),
        unjudged=Unjudged.SKIP,
        settled_by="the deployment's description",
    ),
)

ALL = {
    "refused": REFUSED,
    "inconclusive": HALF,
    "passed": PASSED,
    "observed": OBSERVED,
    "unfound": UNFOUND,
    "open": OPEN,
    "skipped": SKIPPED,
}
