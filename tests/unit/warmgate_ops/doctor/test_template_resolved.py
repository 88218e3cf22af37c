"""The doctor on what CloudFormation resolves, and on what it cannot look at: each a small template of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unit.warmgate_ops.doctor.test_template import HEALTHY, examined, line_of

AWS = "arn:aws:iam::aws:policy/service-role"


def sam(properties: str, more: str = "") -> str:
    """Return a template with one SAM function."""
    return f"""Transform: AWS::Serverless-2016-10-31
Parameters: {{Shift: {{Type: String, Default: 'false'}}, Seconds: {{Type: Number, Default: 5}}}}
X: &common {{Handler: a.b, AutoPublishAlias: live, AutoPublishAliasAllProperties: true}}
Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties: {{{properties}}}
{more}"""


def ids(text: str) -> set[str]:
    """Return the checks that find something in a template."""
    return {finding.check.id for finding in examined(text)}


def test_a_release_that_a_parameter_switches_off_is_none() -> None:
    """The deployment gets the parameter's default unless it says otherwise."""
    assert ids(sam("DeploymentPreference: {Type: AllAtOnce, Enabled: !Ref Shift}")) == set()


def test_a_timeout_of_a_parameter_is_its_default() -> None:
    """Five seconds by default are too few for the hook."""
    text = HEALTHY.replace("Timeout: 900", "Timeout: !Ref T").replace(
        "Alarms: {Type", "T: {Type: Number, Default: 5}\n  Alarms: {Type"
    )

    (found,) = examined(text)
    assert (found.check.id, found.place.line) == ("hook-timeout", line_of(text, "Timeout: !Ref T"))


def test_a_merge_key_brings_its_properties() -> None:
    """SAM resolves them before it deploys; what the mapping writes itself counts before them."""
    merged = "<<: *common, DeploymentPreference: {Type: AllAtOnce, Alarms: [a], Hooks: {PreTraffic: CodeDeployHook_x}}"

    assert ids(sam(merged)) == set()
    assert ids(sam(f"AutoPublishAlias: !Ref AWS::NoValue, {merged}")) == {"no-alias"}


def test_null_is_nothing() -> None:
    """A preference that is null is none."""
    nothing: dict[str, Any] = {"AutoPublishAlias": None, "DeploymentPreference": None}

    assert ids(json.dumps({"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": nothing}}})) == set()


@pytest.mark.parametrize(
    ("role", "found"),
    [
        (
            "ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
            "no FunctionName",
        ),
        (
            "ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda']",
            "no FunctionName",
        ),
        ("Path: /", "is not granted to Shift, LedgerGroup's role"),
        ("ManagedPolicyArns: [!Ref Shared]", ""),
        ("Policies: [{PolicyDocument: {Statement: [{Effect: Allow, Action: lambda:*, Resource: '*'}]}}]", ""),
    ],
)
def test_the_groups_role_must_call_the_hook(role: str, found: str) -> None:
    """As CDK writes it: the group's role is part of the template, and its policies say whom it may call."""
    text = HEALTHY.replace(
        "BeforeAllowTrafficHook: CodeDeployHook_warmgate-before", "BeforeAllowTrafficHook: !Ref Gate"
    )
    text = text.replace("      AutoRollback", "      ServiceRoleArn: !GetAtt Shift.Arn\n      AutoRollback")
    text += f"""  Shift: {{Type: AWS::IAM::Role, Properties: {{{role}}}}}
  GateRole: {{Type: AWS::IAM::Role}}
  Rights:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref GateRole]
      PolicyDocument: {{Statement: [{{Effect: Allow, Action: '*', Resource: '*'}}]}}
  Gate: {{Type: AWS::Lambda::Function, Properties: {{Timeout: 900, Role: !GetAtt GateRole.Arn}}}}
"""
    told = [finding for finding in examined(text) if finding.check.id == "codedeploy-calls-hook"]

    assert len(told) == bool(found)
    assert all(found in each.message for each in told)


def test_what_another_hook_lacks_is_a_note() -> None:
    """A hook that only notifies may do without calls and without much time; it must report all the same."""
    text = HEALTHY.replace("before_allow_traffic.handler", "notify.handler").replace("Timeout: 900", "Timeout: 5")
    text = text.replace("Action: lambda:InvokeFunction", "Action: logs:*")

    assert {(each.check.id, str(each.severity)) for each in examined(text)} == {
        ("hook-invokes", "info"),
        ("hook-timeout", "info"),
    }


def test_an_alarm_over_all_functions_is_meant_so() -> None:
    """Without dimensions it watches the account."""
    begin, end = HEALTHY.index("      Dimensions:"), HEALTHY.index("  BeforeTraffic:")

    assert ids(HEALTHY[:begin] + HEALTHY[end:]) == set()


@pytest.mark.parametrize(
    "alarms", ["!If [A, [!Ref CheckoutErrors], [!Ref CheckoutErrors]]", "[!If [A, !Ref CheckoutErrors, x]]"]
)
def test_alarms_in_a_branch_are_named(alarms: str) -> None:
    """Both branches of an If may be deployed."""
    text = HEALTHY.replace("[!Ref CheckoutErrors]", alarms).replace("EvaluationPeriods: 2", "EvaluationPeriods: 9")

    assert ids(text) == {"alarm-too-slow"}


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ("SnapStart: {ApplyOn: None}, FileSystemConfigs: [x]", set[str]()),
        ("SnapStart: {ApplyOn: PublishedVersions}, AutoPublishAlias: live", set[str]()),
        ("SnapStart: {ApplyOn: PublishedVersions}", {"publishes none of this function"}),
        (
            "<<: *common, SnapStart: {ApplyOn: PublishedVersions}, EphemeralStorage: {Size: 513}",
            {"512 MB are the most"},
        ),
        ("<<: *common, SnapStart: {ApplyOn: PublishedVersions}, PackageType: Image", {"container image"}),
        ("<<: *common, TenancyConfig: {}, ProvisionedConcurrencyConfig: {}", {"TenancyConfig and provisioned"}),
        ("<<: *common, TenancyConfig: {}, FunctionUrlConfig: {AuthType: NONE}", {"TenancyConfig and a function URL"}),
        (
            "<<: *common, SnapStart: {ApplyOn: PublishedVersions}, FileSystemConfigs: [{Arn: !Ref Access}]",
            {"Amazon EFS"},
        ),
        (
            "<<: *common, SnapStart: {ApplyOn: PublishedVersions}, FileSystemConfigs: [{Arn: 'arn:aws:s3files:x'}]",
            set[str](),
        ),
    ],
)
def test_settings_that_exclude_each_other(properties: str, told: set[str]) -> None:
    """What AWS refuses together is an error, what does nothing a warning."""
    found = [finding.message for finding in examined(sam(properties)) if finding.check.id == "settings-clash"]

    assert len(found) == len(told)
    assert all(any(words in message for message in found) for words in told)


def test_a_url_of_its_own_belongs_to_its_function() -> None:
    """CloudFormation has a function URL as a resource."""
    text = """Resources:
  Api: {Type: AWS::Lambda::Function, Properties: {TenancyConfig: {TenantIsolationMode: PER_TENANT}}}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !GetAtt Api.Arn, AuthType: NONE}}
"""
    found = [(finding.place.name, finding.message) for finding in examined(text)]

    assert found == [("Api", "TenancyConfig and a function URL are refused together")]
