"""Concurrency as a template sets it: what is written, what a parameter's default decides, and how the command ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from warmgate_ops.cli.main import app
from warmgate_ops.cold_starts.concurrency.registry import CONCURRENCY_CHECKS
from warmgate_ops.cold_starts.concurrency.template import concurrency_in
from warmgate_ops.doctor.findings import examine

SAM = "Transform: AWS::Serverless-2016-10-31\nParameters:\n  Size: {Type: Number, Default: 20}\nResources:\n"
FUNCTION = (
    "  Shop:\n    Type: AWS::Serverless::Function\n"
    "    Properties:\n      Runtime: python3.13\n      Handler: app.handler\n"
)
QUEUE = (
    "      Events:\n        Orders:\n          Type: SQS\n          Properties:\n"
    "            Queue: arn:aws:sqs:eu-west-1:123456789012:orders\n            ScalingConfig: {MaximumConcurrency:"
    " %d}\n"
)
SCALED = """  Scaled:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      MinCapacity: 1
      MaxCapacity: 10
      ResourceId: !Sub function:${Shop}:live
      ScalableDimension: lambda:function:ProvisionedConcurrency
      ServiceNamespace: lambda
  Follow:
    Type: AWS::ApplicationAutoScaling::ScalingPolicy
    Properties:
      PolicyName: use
      PolicyType: TargetTrackingScaling
      ScalingTargetId: !Ref Scaled
      TargetTrackingScalingPolicyConfiguration:
        TargetValue: 0.7
        CustomizedMetricSpecification:
          {MetricName: ProvisionedConcurrencyUtilization, Namespace: AWS/Lambda, Statistic: STATISTIC}
"""
ALIAS = """  Live:
    Type: AWS::Lambda::Alias
    Properties:
      Name: live
      FunctionName: !Ref Shop
      FunctionVersion: VERSION
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}
"""
WEIGHTS = "      RoutingConfig: {AdditionalVersionWeights: [{FunctionVersion: '8', FunctionWeight: 0.1}]}\n"
PUBLISHED = "      AutoPublishAlias: live\n      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 18}\n"
FAULTY = {
    "reserved-zero": FUNCTION + "      ReservedConcurrentExecutions: 0\n",
    "pc-eats-reserved": FUNCTION + PUBLISHED + "      ReservedConcurrentExecutions: !Ref Size\n",
    "pc-on-latest": FUNCTION + ALIAS.replace("VERSION", "$LATEST"),
    "pc-on-weighted-alias": FUNCTION + ALIAS.replace("VERSION", "'7'") + WEIGHTS,
    "event-source-above-reserved": FUNCTION + "      ReservedConcurrentExecutions: 5\n" + QUEUE % 50,
    "autoscaling-average": FUNCTION + "      AutoPublishAlias: live\n" + SCALED.replace("STATISTIC", "Average"),
}
CLEAN = {
    "nothing set": FUNCTION,
    "reserved above what the queue calls": FUNCTION + "      ReservedConcurrentExecutions: 50\n" + QUEUE % 50,
    "provisioned on a version": FUNCTION + ALIAS.replace("VERSION", "'7'"),
    "provisioned, and the queue calls the alias": FUNCTION + PUBLISHED + QUEUE % 10,
    "its maximum is tracked": FUNCTION + "      AutoPublishAlias: live\n" + SCALED.replace("STATISTIC", "Maximum"),
}


@pytest.mark.parametrize("check", FAULTY)
def test_a_setting_of_a_template_is_found_at_its_line(check: str) -> None:
    """Once, by its check alone."""
    found = examine(CONCURRENCY_CHECKS, concurrency_in(SAM + FAULTY[check], "template.yaml")).findings

    assert [each.check.id for each in found] == [check], [each.message for each in found]
    assert found[0].place.file == "template.yaml"
    assert found[0].place.line


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_template_is_silent(name: str) -> None:
    """Nothing is guessed of what stands elsewhere."""
    assert examine(CONCURRENCY_CHECKS, concurrency_in(SAM + CLEAN[name], "template.yaml")).findings == ()


def test_checks_that_look_at_templates_have_a_faulty_one() -> None:
    """No check of templates is left unproven."""
    assert FAULTY.keys() == {check.id for check in CONCURRENCY_CHECKS if check.in_template is not None}


def test_the_command_exits_1_where_an_error_was_found(tmp_path: Path) -> None:
    """Text, JSON and HTML of a template, without credentials."""
    path = tmp_path / "template.yaml"
    path.write_text(SAM + FAULTY["reserved-zero"])
    words = ["cold", "concurrency", "--template", str(path)]
    text, as_json = (
        CliRunner().invoke(app, [*words, "--html", str(tmp_path / "h")]),
        CliRunner().invoke(app, [*words, "--json"]),
    )

    assert (text.exit_code, as_json.exit_code) == (1, 1)
    assert text.stdout.startswith(f"Shop: reserved 0, provisioned 0\nerror   reserved-zero  {path}:5 Shop: reserved")
    assert json.loads(as_json.stdout)["functions"][0]["reserved"] == 0
    assert "reserved-zero" in (tmp_path / "h").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "name --function or --template"), (("--function", "a", "--since", "15d"), "expected 14d at most")],
)
def test_wrong_usage_is_a_line_and_2(words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    done = CliRunner().invoke(app, ["cold", "concurrency", *words])

    assert done.exit_code == 2
    assert said in done.output
