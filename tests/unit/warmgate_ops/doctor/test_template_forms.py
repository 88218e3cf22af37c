"""The doctor on templates that say the same in other forms: conditions, words for no, Globals, configurations."""

from __future__ import annotations

import pytest

from unit.warmgate_ops.doctor.test_template import HEALTHY, TEMPLATE, examined, line_of
from warmgate_ops.doctor.facts import Facts
from warmgate_ops.doctor.findings import examine
from warmgate_ops.doctor.registry import CHECKS
from warmgate_ops.doctor.render.text import summary
from warmgate_ops.doctor.template.reading import read_template

FORMS = TEMPLATE.parent / "forms.yaml"
UPDATE = "    UpdatePolicy:\n      CodeDeployLambdaAliasUpdate:\n"
SCALED = """  Scaled:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {{ScalableDimension: "lambda:function:ProvisionedConcurrency", ResourceId: {}}}
"""


@pytest.mark.parametrize("flag", ["no", "No", "off", "OFF", "False", "'false'", "!!bool no"])
def test_a_word_for_no_switches_a_release_off(flag: str) -> None:
    """CloudFormation reads YAML 1.1, where no and off are booleans."""
    assert examined(HEALTHY.replace("{Enabled: false}", f"{{Enabled: {flag}}}")) == ()


@pytest.mark.parametrize("flag", ["yes", "on", "true", "!Ref Flag", "'no'"])
def test_any_other_word_does_not(flag: str) -> None:
    """A release that may be made is looked at."""
    text = HEALTHY.replace("{Enabled: false}", f"{{Enabled: {flag}}}")

    assert {finding.check.id for finding in examined(text)} == {"no-alarms", "no-hook"}


def test_a_release_that_a_condition_makes_is_looked_at() -> None:
    """Both branches of an If may be deployed; AWS::NoValue is nothing."""
    policy = HEALTHY[HEALTHY.index(UPDATE) :].partition("  Shop:")[0]
    hookless = "{CodeDeployLambdaAliasUpdate: {ApplicationName: a, DeploymentGroupName: !Ref LedgerGroup}}"
    for branches in (f"[Canary, {hookless}, !Ref AWS::NoValue]", f"[Canary, !Ref 'AWS::NoValue', {hookless}]"):
        text = HEALTHY.replace(policy, f"    UpdatePolicy: !If {branches}\n")

        assert [finding.check.id for finding in examined(text)] == ["no-hook"]


def test_what_a_condition_leaves_out_is_not_there() -> None:
    """A property that is AWS::NoValue in every branch is none."""
    text = HEALTHY.replace("Alarms: [!Ref CheckoutErrors]", "Alarms: !If [A, !Ref AWS::NoValue, {Ref: AWS::NoValue}]")

    assert [finding.check.id for finding in examined(text)] == ["no-alarms"]


@pytest.mark.parametrize(
    ("id_", "found"),
    [
        ("!Sub 'function:${Ledger}:live'", True),
        ("!Join [':', [function, !Ref Ledger, live]]", True),
        ("!Sub 'function:${Ledger}:${Stage}'", True),
        ("!Sub 'function:${Checkout}:live'", True),
        ("!Sub 'function:${Ledger}:7'", False),
        ("!Sub 'function:${Ledger}:blue'", False),
        ("!Sub 'function:${Other}:live'", False),
    ],
)
def test_an_alias_that_is_scaled_and_shifted_is_found(id_: str, found: bool) -> None:
    """Application Auto Scaling names function and alias in the id of what it scales."""
    text = HEALTHY + SCALED.format(id_)

    assert [finding.check.id for finding in examined(text)] == ["provisioned-on-alias"] * found


def test_a_function_that_is_scaled_by_its_name_is_found() -> None:
    """The name may be written in both places."""
    text = HEALTHY.replace("FunctionName: !Ref Ledger,", "FunctionName: ledger,") + SCALED.format(
        "function:ledger:live"
    )

    assert [finding.check.id for finding in examined(text)] == ["provisioned-on-alias"]


@pytest.mark.parametrize(
    "how", ["DeploymentConfigName: !Ref Own", "ApplicationName: !Ref Shop", "ApplicationName: shop"]
)
def test_a_group_is_of_lambda_by_whatever_it_names(how: str) -> None:
    """Its deployment configuration may be the template's own, and its application says the platform too."""
    more = f"""  Own: {{Type: AWS::CodeDeploy::DeploymentConfig, Properties: {{ComputePlatform: Lambda}}}}
  Named: {{Type: AWS::CodeDeploy::Application, Properties: {{ComputePlatform: Lambda, ApplicationName: shop}}}}
  Group: {{Type: AWS::CodeDeploy::DeploymentGroup, Properties: {{{how}}}}}
"""
    assert {(finding.check.id, finding.place.name) for finding in examined(HEALTHY + more)} == {
        ("rollback-events", "Group"),
        ("no-alarms", "Group"),
    }


def test_a_line_of_the_globals_is_told_once() -> None:
    """However many functions have it from there; the names are told."""
    more = "".join(f"  F{number}: {{Type: AWS::Serverless::Function, Properties: {{}}}}\n" for number in range(7))
    found = {finding.check.id: finding for finding in examined(HEALTHY + more)}

    assert found.keys() == {"no-alarms", "no-hook"}
    assert found["no-hook"].place.name == "F0, F1, F2, F3, F4 and 2 more"
    assert found["no-hook"].place.line == line_of(HEALTHY, "    DeploymentPreference:")


def test_a_template_without_a_release_is_not_called_healthy() -> None:
    """What has nothing to look at says so, and nested stacks are named."""
    text = "Resources: {Child: {Type: AWS::Serverless::Application, Properties: {Location: app/template.yaml}}}"
    found = examine(CHECKS, [Facts(template=read_template(text, "template.yaml"))])

    assert [finding.check.id for finding in found.findings] == ["nested-stacks"]
    assert found.looked == ("nested-stacks", "not-expanded")
    assert summary(found).startswith("1 note in 2 checks; nothing to look at for 18 more: config-only-change, ")
    assert set(found.not_looked) == {check.id for check in CHECKS if check.in_template} - set(found.looked)


def test_all_forms_stand_side_by_side() -> None:
    """One template of them all: what is granted, denied, conditional, scaled and nested."""
    assert [(finding.check.id, finding.place.name) for finding in examined(FORMS.read_text())] == [
        ("hook-invokes", "Gate"),
        ("provisioned-on-alias", "Live"),
        ("hook-shifted", "Shifted"),
        ("nested-stacks", "Child"),
    ]
