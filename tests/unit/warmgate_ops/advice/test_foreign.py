"""Documents of other tools where a policy is expected: one fault, and a policy that says the same."""

from __future__ import annotations

import pytest

from unit.warmgate.policy.documents import ROOT
from warmgate.policy import parse_policy
from warmgate.policy.values import Compare, Limits, Match, PercentileLimit, Policy, RatioLimit
from warmgate_ops.advice.foreign.conditions import bound_in
from warmgate_ops.advice.foreign.recognising import Foreign, foreign_in

DATA = ROOT / "tests" / "data" / "foreign"


def duration(**limits: float) -> tuple[PercentileLimit, ...]:
    """Return limits by percentile, `_` for its point."""
    return tuple(
        PercentileLimit(percentile=float(f"{name[1:].replace('_', '.')}e-2"), limit_ms=limit)
        for name, limit in limits.items()
    )


def recognised(text: str) -> Foreign:
    """Return what a text is; it must be something."""
    found = foreign_in(text, "other.yaml")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("file", "what", "policy"),
    [
        (
            "flagger.yaml",
            "Flagger's Canary",
            Policy(name="podinfo", limits=Limits(duration=duration(p99=500), error_ratio=0.01)),
        ),
        (
            "argo.yaml",
            "Argo Rollouts' Rollout and AnalysisTemplate",
            Policy(name="checkout", limits=Limits(duration=duration(p95=400), error_ratio=0.05)),
        ),
        (
            "kayenta.json",
            "a canary config of Spinnaker's Kayenta",
            Policy(
                name="my-app-golden-signals-canary-config",
                compare=Compare(duration=RatioLimit(statistic="p95", ratio=1.1)),
            ),
        ),
        (
            "k6.json",
            "options of k6 with thresholds",
            Policy(
                name="from-another-tool",
                limits=Limits(duration=duration(p50=150, p95=400, p99_9=1500), error_ratio=0.005),
            ),
        ),
        (
            "sam.yaml",
            "an AWS SAM template with a DeploymentPreference",
            Policy(
                name="checkout-api",
                match=(Match(function="checkout-api", alias="live"),),
                limits=Limits(duration=duration(p95=400)),
            ),
        ),
    ],
)
def test_a_whole_document_is_named_and_translated(file: str, what: str, policy: Policy) -> None:
    """The proposal validates, and means what the document says."""
    found = recognised((DATA / file).read_text())

    assert found.fault.found == what
    assert parse_policy(found.proposal, "proposal") == policy


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("flagger.yaml", "# not taken over: queue-depth: what it measures stands in its own query"),
        ("flagger.yaml", "# of CodeDeploy's deployment configuration and group, not of a policy: analysis.interval, "),
        ("argo.yaml", "# taken over: success-rate: successCondition len(result) == 0 || result[0] >= 0.95"),
        ("argo.yaml", "# not taken over: total-errors: failureCondition result[0] >= 10: a count of calls, expected a"),
        ("argo.yaml", "# not taken over: latency-p99: successCondition result < 900: its unit is not in name or query"),
        ("kayenta.json", "# not taken over: http errors: write compare.errors.rate"),
        ("k6.json", "# not taken over: http_req_duration: avg<200: Warmgate limits percentiles"),
        ("k6.json", "# not taken over: vus, duration: warm.environments and budget.invocations say how much is called"),
        ("sam.yaml", "# not taken over: alarm Errors: it stays an alarm of the deployment group"),
    ],
)
def test_what_a_policy_cannot_say_is_told(file: str, line: str) -> None:
    """Nothing is dropped without a word."""
    lines = recognised((DATA / file).read_text()).proposal.splitlines()

    assert [each for each in lines if each.startswith(line)], lines


def test_a_rollout_without_its_templates_says_where_its_conditions_stand() -> None:
    """They are in another file; where they are in the same one there is nothing to say."""
    whole = (DATA / "argo.yaml").read_text()
    alone = whole.split("---")[0]

    words = "# not taken over: its conditions stand in AnalysisTemplate health: validate that too"
    assert words in recognised(alone).proposal
    assert words not in recognised(whole).proposal


@pytest.mark.parametrize(
    "text",
    [
        "limits: {duration: {p95: 400}}\n",
        "thresholds: {latency: {p95: 400}}\n",
        "policy: x\nthresholds: {http_req_duration: ['p(95)<400']}\n",
        "Resources: [a]\n",
        "judge: yes\n",
        "thresholds: [\n",
        "thresholds: &a [*a]\n",
        "",
    ],
)
def test_what_is_no_document_of_another_tool_keeps_its_faults(text: str) -> None:
    """A policy with mistakes is answered as one."""
    assert foreign_in(text, "p.yaml") is None


@pytest.mark.parametrize(
    ("condition", "fails", "bound"),
    [
        ("result[0] >= 0.95", False, (False, 0.95)),
        ("result < 400", False, (True, 400)),
        ("result[0] > 0.05", True, (True, 0.05)),
        ("default(result[0], 0) <= 0.01", False, (True, 0.01)),
        ("isNaN(result[0]) || result[0] <= 5", False, (True, 5)),
        ("p(95)<500", False, (True, 500)),
        ("result[0] * 100 > 95", False, None),
        ("!(result > 5)", False, None),
        ("not (result > 5)", False, None),
        ("result >= 1 && result <= 5", False, None),
        ("result == 'true'", False, None),
        ("0.95 <= result[0]", False, None),
    ],
)
def test_a_condition_is_one_bound_or_none(condition: str, *, fails: bool, bound: tuple[bool, float] | None) -> None:
    """What is not one comparison with a number is not guessed."""
    assert bound_in(condition, fails=fails) == bound


def test_a_limit_that_a_stricter_one_implies_is_left_out() -> None:
    """No policy may allow the p99 less than the p95."""
    text = "thresholds: {http_req_duration: ['p(95)<400', 'p(99)<300', 'p(50)<100']}\n"
    policy = parse_policy(recognised(text).proposal, "p")

    assert policy.limits.duration == duration(p50=100, p99=300)


@pytest.mark.parametrize(
    ("threshold", "said"),
    [("p(95)<0", "no duration that"), ("p(95)<900001", "no duration that"), ("p(95)<=99999999", "no duration that")],
)
def test_a_limit_that_no_policy_may_have_is_left_out(threshold: str, said: str) -> None:
    """The proposal validates all the same."""
    proposal = recognised(f"thresholds: {{http_req_duration: ['{threshold}']}}\n").proposal

    assert said in proposal
    assert parse_policy(proposal, "p") == Policy(name="from-another-tool")


def test_aliases_without_end_are_no_document() -> None:
    """Ten lines stand for a billion values, and are not written out."""
    levels = "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert foreign_in(f"thresholds: x\nb0: &b0 [1]\n{levels}", "p.yaml") is None


def test_names_are_made_safe() -> None:
    """A text of somebody else cannot end a comment, nor become a key."""
    text = 'thresholds: {"http_req_failed\\npolicy: evil": ["rate<0.01"]}\n'
    proposal = recognised(text).proposal

    assert parse_policy(proposal, "p").name == "from-another-tool"
