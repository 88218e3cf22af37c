"""What `rehearse --template` makes of a template, and whose code it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.warmgate_ops.cli.commands import ROOT
from warmgate_ops.cli.rehearse_own import Own, own_scenario
from warmgate_ops.cli.rehearse_resources import resources_in
from warmgate_ops.rehearsal.scenario import Made

FUNCTION = ROOT / "tests" / "data" / "functions" / "dynamodb"
TABLES = """
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: N}]
      GlobalSecondaryIndexes:
        - IndexName: by-day
          KeySchema: [{AttributeName: pk, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
          ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}
  Small: {Type: AWS::Serverless::SimpleTable, Properties: {PrimaryKey: {Name: day, Type: Number}}}
  Smallest: {Type: AWS::Serverless::SimpleTable}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: scans}}
  MadeUp: {Type: AWS::S3::Bucket}
"""


def made(path: Path) -> dict[str, Made]:
    """Return what is made, by name."""
    return {str(next(iter(each.arguments.values()))): each for each in resources_in(path)}


def test_tables_and_named_buckets_are_made(tmp_path: Path) -> None:
    """Keys and indexes as they are, capacity on demand; a bucket whose name CloudFormation makes up is left out."""
    path = tmp_path / "t.yaml"
    path.write_text(TABLES)
    found = made(path)

    orders, small = found["orders"], found["Small"]
    assert found.keys() == {"orders", "Small", "Smallest", "scans"}
    assert orders.arguments["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in orders.arguments
    assert orders.arguments["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "by-day",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    assert small.arguments["AttributeDefinitions"] == [{"AttributeName": "day", "AttributeType": "N"}]
    assert found["Smallest"].arguments["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert found["scans"].operation == "create_bucket"


def test_without_a_function_the_templates_code_is_both_versions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And that is said; a setup program makes what is needed by itself."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("policy: x\n")
    alone = Own(template=FUNCTION / "template.yaml", policy=policy)
    scenario = own_scenario(alone, tmp_path)
    prepared = own_scenario(Own(template=FUNCTION / "template.yaml", policy=policy, setup=policy), tmp_path)

    assert scenario.baseline == scenario.candidate == (FUNCTION / "src",)
    assert [each.arguments["TableName"] for each in scenario.made] == ["Visits"]
    assert scenario.settings.variables == {"TABLE": "Visits"}
    assert prepared.made == ()
    assert "the code of the template is rehearsed as both versions" in capsys.readouterr().err
