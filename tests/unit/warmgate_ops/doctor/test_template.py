"""The doctor on templates: silent on a healthy one, each fault at its line, whatever the text's form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from warmgate.errors import DocumentError
from warmgate_ops.doctor.facts import Facts
from warmgate_ops.doctor.findings import Finding, Severity, examine
from warmgate_ops.doctor.registry import CHECKS
from warmgate_ops.doctor.template.names import name_of
from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.doctor.template.reading import read_template

TEMPLATE = Path(__file__).parents[3] / "data" / "templates" / "healthy.yaml"
HEALTHY = TEMPLATE.read_text()
E, W, N = Severity.ERROR, Severity.WARNING, Severity.INFO


def examined(text: str) -> tuple[Finding, ...]:
    """Return what is found in a template."""
    return examine(CHECKS, [Facts(template=read_template(text, "template.yaml"))]).findings


def line_of(text: str, words: str) -> int:
    """Return the first line that holds these words, counted from 1."""
    return 1 + next(number for number, line in enumerate(text.splitlines()) if words in line)


def test_a_healthy_template_has_no_finding() -> None:
    """Every check of a template looks, and none has anything to say."""
    found = examine(CHECKS, [Facts(template=read_template(HEALTHY, "template.yaml"))])

    assert found.findings == ()
    assert set(found.looked) == {check.id for check in CHECKS if check.in_template is not None}


KNOWN = ("CodeDeployHook_x", "")
PERMISSION = "Action: [codedeploy:PutLifecycleEventHookExecutionStatus, codedeploy:Get*]"
NAMED = '      FunctionName: !Sub "CodeDeployHook_${AWS::StackName}-before"\n'
POLICIES = "      Policies:\n        - AWSLambdaBasicExecutionRole\n"
SNAPSHOT = "SnapStart: {ApplyOn: PublishedVersions}"
PREFERENCE = "      DeploymentPreference:"
LINEAR = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
DIMENSIONS = HEALTHY[HEALTHY.index("      Dimensions:") : HEALTHY.index("  BeforeTraffic:")]
SEEDED = [
    (
        "alarm-never-has-data",
        '!Sub "${Checkout}:live"',
        '!Sub "arn:aws:lambda:${AWS::Region}:1:function:checkout:7"',
        E,
        "Name: Resource",
        "Resource is an ARN",
    ),
    (
        "alarm-never-has-data",
        '        - {Name: Resource, Value: !Sub "${Checkout}:live"}\n',
        "",
        E,
        "Name: FunctionName",
        "dimensions ExecutedVersion and FunctionName",
    ),
    ("alarm-never-has-data", "{Name: Resource", "{Name: resource", E, "Name: resource", "is spelt Resource"),
    (
        "alarm-counts-old-version",
        DIMENSIONS,
        "      Dimensions: [{Name: FunctionName, Value: !Ref Checkout}]\n",
        W,
        "  CheckoutErrors:",
        "of both versions",
    ),
    (
        "alarm-counts-old-version",
        "        - {Name: ExecutedVersion, Value: !GetAtt Checkout.Version.Version}\n",
        "",
        N,
        "  CheckoutErrors:",
        "FunctionName, Resource",
    ),
    ("alarm-too-slow", "Periods: 2", "Periods: 6", W, "  CheckoutErrors:", "after 360 s of breached periods, traffic"),
    (
        "settings-clash",
        "    Properties: {Handler: app.handler}\n",
        "    Properties: {Handler: app.handler, SnapStart: {ApplyOn: PublishedVersions}}\n",
        W,
        "SnapStart",
        "publishes none of this",
    ),
    (
        "settings-clash",
        "      Handler: app.handler\n",
        f"      Handler: app.handler\n      {SNAPSHOT}\n      FileSystemConfigs: [{{Arn: x}}]\n",
        E,
        "SnapStart",
        "an Amazon EFS file system are refused together",
    ),
    (
        "not-expanded",
        "  Shop:\n",
        "  'Fn::ForEach::F':\n    - N\n    - [a, b]\n    - {'F${N}': {Type: AWS::Lambda::Function}}\n  Shop:\n",
        N,
        "Fn::ForEach::F",
        "what a Fn::ForEach repeats",
    ),
    (
        "not-expanded",
        "Transform: AWS::Serverless-2016-10-31",
        "Transform: [AWS::Serverless-2016-10-31, Own]",
        N,
        "Transform:",
        "what the macro Own makes",
    ),
    (
        "not-expanded",
        "  Shop:\n",
        "  Kept:\n    Type: Org::Team::Kit::MODULE\n  Shop:\n",
        N,
        "Kept:",
        "what the module Org::Team::Kit::MODULE holds",
    ),
    (
        "no-alarms",
        "{Enabled: true, Alarms:",
        "{Enabled: false, Alarms:",
        W,
        "  LedgerGroup:",
        "Enabled is false",
    ),
    (
        "hook-invokes",
        '"${Checkout.Arn}:*"',
        "${Checkout.Arn}",
        E,
        "  BeforeTraffic:",
        "bare name",
    ),
    ("codedeploy-calls-hook", "CodeDeployHook_warmgate-after", "warmgate-after", E, "warmgate-after", "the name warm"),
    ("codedeploy-calls-hook", '"CodeDeployHook_${AWS', '"before-${AWS', E, "!Ref BeforeTraffic", "the name before-"),
    ("codedeploy-calls-hook", NAMED, "", E, "!Ref BeforeTraffic", "BeforeTraffic has no FunctionName"),
    ("codedeploy-calls-hook", '"CodeDeployHook_${AWS', '"${AWS', N, "!Ref BeforeTraffic", "does not say whether"),
    ("no-alias", "    AutoPublishAlias: live\n", "", E, PREFERENCE, "without AutoPublishAlias"),
    ("no-alarms", "        Alarms: [!Ref CheckoutErrors]\n", "", W, PREFERENCE, "no Alarms"),
    (
        "no-alarms",
        "Alarms: [{Name: ledger-errors}]",
        "Alarms: []",
        W,
        "  LedgerGroup:",
        "no al",
    ),
    (
        "no-hook",
        "        BeforeAllowTrafficHook: CodeDeployHook_warmgate-before\n",
        "",
        W,
        "CodeDeployLambdaAliasUpdate:",
        "no hook is named",
    ),
    (
        "provisioned-on-alias",
        "      Handler: app.handler\n",
        "      Handler: app.handler\n      ProvisionedConcurrencyConfig:\n        ProvisionedConcurrentExecutions: 2\n",
        W,
        "      ProvisionedConcurrencyConfig:",
        "ProvisionedConcurrencyConfig",
    ),
    ("hook-timeout", "Timeout: 900", "Timeout: 30", E, "Timeout: 30", "timeout 30 s"),
    ("hook-reports", PERMISSION, "Action: codedeploy:Get*", E, "BeforeTraffic:\n", "Status is not granted"),
    ("hook-reports", PERMISSION, "Action: !Ref Alarms", N, "BeforeTraffic:\n", "is not written here"),
    ("hook-invokes", "Action: lambda:InvokeFunction", "Action: lambda:Get*", E, "BeforeTraffic:\n", "is not granted"),
    ("hook-missing", "!Ref BeforeTraffic", "!Ref BeforeTrafic", E, "!Ref BeforeTrafic", "refers to BeforeTrafic"),
    ("rollback-events", "[DEPLOYMENT_FAILURE, DEPL", "[DEPL", E, "LedgerGroup:\n", "is DEPLOYMENT_STOP_ON_ALARM"),
    ("rollback-events", "        Enabled: true\n", "        Enabled: false\n", E, "LedgerGroup:\n", "rollback is off"),
    ("rollback-events", "        Enabled: true\n", "        Enabled: off\n", E, "LedgerGroup:\n", "rollback is off"),
    (
        "hook-shifted",
        "DeploymentPreference: {Enabled: false}",
        "DeploymentPreference: {Alarms: [!Ref CheckoutErrors], Hooks: {PostTraffic: !Ref BeforeTraffic}}",
        W,
        "BeforeTraffic:\n",
        "AfterAllowTraffic hook of its own release",
    ),
    (
        "nested-stacks",
        "  Shop:\n",
        "  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n  Shop:\n",
        N,
        "Child:\n",
        "template child.yaml holds is not looked at here",
    ),
    ("config-only-change", "AllProperties: true", "AllProperties: false", N, PREFERENCE, "publishes no version"),
    (
        "logs-hide-reports",
        "    Runtime: python3.13\n",
        "    LoggingConfig: {LogFormat: JSON, SystemLogLevel: WARN}\n",
        W,
        "  Checkout:\n",
        "log format JSON",
    ),
    (
        "probe-tenants",
        "    Runtime: python3.13\n",
        "    TenancyConfig: {TenantIsolationMode: PER_TENANT}\n",
        W,
        "  Checkout:\n",
        "every probe of its policy must name a tenant",
    ),
]


@pytest.mark.parametrize(("id_", "old", "new", "severity", "at", "told"), SEEDED)
def test_a_fault_is_found_by_its_check_alone(
    id_: str, old: str, new: str, severity: Severity, at: str, told: str
) -> None:
    """Exactly one finding, at the line to be changed."""
    assert old in HEALTHY
    text = HEALTHY.replace(old, new, 1)
    found = examined(text)

    assert [(finding.check.id, finding.severity) for finding in found] == [(id_, severity)], found
    assert told in found[0].message
    assert (found[0].place.file, found[0].place.line) == ("template.yaml", line_of(text, at.rstrip("\n")))


def test_every_check_of_a_template_is_seeded() -> None:
    """No check is left unproven."""
    assert {seeded[0] for seeded in SEEDED} == {check.id for check in CHECKS if check.in_template is not None}


def test_json_is_read_like_yaml() -> None:
    """The long form of template functions means what the short form means."""
    text = HEALTHY.replace("[!Ref CheckoutErrors]", "[{Ref: CheckoutErrors}]")
    text = text.replace("!Ref BeforeTraffic", "{'Fn::GetAtt': [BeforeTraffic, Arn]}")
    for tag in ("!Ref ", "!Sub ", "!GetAtt "):
        text = text.replace(tag, "")
    text = (
        text.replace("Timeout: 900", "Timeout: 3").replace("${AWS::StackName}", "shop").replace("${Checkout.Arn}", "")
    )

    assert [finding.check.id for finding in examined(json.dumps(yaml.safe_load(text)))] == ["hook-timeout"]


def test_a_switched_off_release_is_none() -> None:
    """A function that opts out of the Globals' DeploymentPreference is not released in steps."""
    text = HEALTHY.replace(
        "      Handler: app.handler\n      DeploymentPreference:\n",
        "      DeploymentPreference:\n        Enabled: false\n",
    )

    assert [release.logical_id for release in read_template(text, "t").releases] == ["LedgerLive"]


@pytest.mark.parametrize(
    ("written", "start", "refers_to"),
    [
        ("CodeDeployHook_x", "CodeDeployHook_x", ""),
        ("arn:aws:lambda:eu-west-1:123456789012:function:CodeDeployHook_x:live", "CodeDeployHook_x", ""),
        ("!Ref Hook", "", "Hook"),
        ("!GetAtt Hook.Arn", "", "Hook"),
        ("{'Fn::GetAtt': [Hook, Arn]}", "", "Hook"),
        ("!Sub '${Hook}'", "", "Hook"),
        ("!Sub '${Hook.Arn}'", "", "Hook"),
        ("!Sub ['CodeDeployHook_${Stage}', {Stage: prod}]", "CodeDeployHook_prod", ""),
        ("!Sub ['CodeDeployHook_${Stage}', {Stage: !Ref S}]", "CodeDeployHook_", ""),
        ("!Sub '${Hook.Arn}:live'", "", "Hook"),
        ("!Sub 'arn:${AWS::Partition}:lambda:eu-west-1:123456789012:function:${Hook}'", "", "Hook"),
        ("!Sub '${AWS::StackName}'", "", ""),
        ("!Sub '${!x}'", "${x}", ""),
        ("!Ref AWS::StackName", "", ""),
        ("!Join ['', ['arn:aws:lambda:', !Ref R, ':123456789012:function:', CodeDeployHook_x, ':live']]", *KNOWN),
        ("!Join [':', [arn, !Ref P, lambda, !Ref R, !Ref A, function, CodeDeployHook_x]]", *KNOWN),
        ("!Join [':', [arn, !Ref P, lambda, !Ref R, !Ref A, function, !Ref Hook]]", "", "Hook"),
        ("!Join ['', ['arn:aws:lambda:', !Ref Rest]]", "", ""),
        ("!Join ['', !Ref Parts]", "", ""),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:CodeDeployHook_x'", "CodeDeployHook_x", ""),
        ("!Join ['-', [CodeDeployHook_x, !Ref Stage]]", "CodeDeployHook_x-", ""),
        ("!ImportValue hook", "", ""),
        ("[1, 2]", "", ""),
    ],
)
def test_a_name_is_known_as_far_as_the_text_says(written: str, start: str, refers_to: str) -> None:
    """Literals, references and what they are joined from."""
    node = yaml.compose(written, Loader=yaml.SafeLoader)
    assert node is not None
    name = name_of(Value(node))

    assert (name.start, name.refers_to) == (start, refers_to)


@pytest.mark.parametrize("text", ["", "just words", "[1]", "Resources:", "a: [", "Resources: {a: &x {b: *y}}", "\x00"])
def test_what_is_no_template_is_refused_with_its_name(text: str) -> None:
    """The error names the file and says what was expected."""
    with pytest.raises(DocumentError, match=r"^t\.yaml"):
        read_template(text, "t.yaml")


SCALARS = st.sampled_from(["", "live", "true", "900", "*", "CodeDeployHook_x", "AWS::Lambda::Alias", "lambda:*"])
WORDS = """Type Properties Policies Hooks PreTraffic DeploymentPreference Ref Fn::Sub Action Alarms Timeout Role
UpdatePolicy CodeDeployLambdaAliasUpdate FunctionName Events"""
KEYS = st.sampled_from(WORDS.split())
VALUES = st.recursive(
    SCALARS | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(["AWS::Serverless::Function", "AWS::Lambda::Alias", "AWS::CodeDeploy::DeploymentGroup"])


@given(resources=st.dictionaries(st.sampled_from("ABC"), st.tuples(TYPES, VALUES, VALUES), max_size=3))
def test_no_template_ends_the_doctor(resources: dict[str, Any]) -> None:
    """Whatever stands in a resource, it is read or refused, and every finding has a place in the file."""
    bodies = {
        name: {"Type": kind, "Properties": properties, "UpdatePolicy": policy}
        for name, (kind, properties, policy) in resources.items()
    }
    found = examined(yaml.safe_dump({"Resources": bodies}))

    assert all(finding.place.file == "template.yaml" and finding.place.line for finding in found)
