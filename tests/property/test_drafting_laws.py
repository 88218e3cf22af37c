"""Laws of drafted policies: whatever a template says, what is written can be used."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from warmgate.errors import SettingsError
from warmgate.policy import parse_policy
from warmgate_ops.advice.explanation import warnings_of
from warmgate_ops.drafting.limits import draft_limits
from warmgate_ops.drafting.probes import READS, draft_probes
from warmgate_ops.drafting.template import known_in
from warmgate_ops.drafting.writing import policy_text

TEXTS = st.text(max_size=30) | st.sampled_from(
    ["2000", "/orders/{id}", "{proxy+}", "no", "1:30", "a: b", "# x", "GET", "null"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    *("Path", "Method", "Queue", "Topic", "Bucket", "Events", "Filter", "Pattern", "Input", "Stream", "Trigger"),
    *("PayloadFormatVersion", "Schedule"),
]
EVENTS = st.fixed_dictionaries(
    {
        "Type": st.sampled_from(
            [
                *("Api", "HttpApi", "SQS", "SNS", "S3", "EventBridgeRule", "Schedule", "ScheduleV2", "DynamoDB"),
                *("Kinesis", "Cognito", "MSK"),
            ]
        ),
        "Properties": st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=5)
        | st.fixed_dictionaries({"Method": TEXTS, "Path": TEXTS}),
    }
)


@given(st.dictionaries(st.text("aB1-_ .:", min_size=1, max_size=6), EVENTS, max_size=4), TEXTS, st.booleans())
def test_whatever_a_template_says_the_draft_can_be_used(events: dict[str, Any], name: str, writes: bool) -> None:
    """It has neither fault nor warning; what may write alone is wrong usage, and nothing else is."""
    properties = {"Events": events, "FunctionName": name, "Timeout": name, "AutoPublishAlias": name}
    template = {"Resources": {"Own": {"Type": "AWS::Serverless::Function", "Properties": properties}}}
    known = known_in(yaml.safe_dump(template), "t.yaml")
    try:
        probes = draft_probes(known, {}, writes=writes)
    except SettingsError:
        assert all(each.fields["method"] not in READS for each in known.triggers)
        return
    policy = parse_policy(policy_text(known, probes, draft_limits(known), "./schema.json"), "warmgate.yaml")

    assert warnings_of(policy) == ()
    assert len(policy.probes) == sum(probe.called for probe in probes) >= 1
