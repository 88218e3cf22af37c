"""What `rehearse --template` reads of a function, and what it cannot know."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate.errors import DocumentError
from warmgate_ops.cli.rehearse_template import OwnFunction, function_in

SAM = """
Parameters: {Stage: {Type: String, Default: test}}
Globals: {Function: {Runtime: nodejs20.x, Timeout: 7, Environment: {Variables: {LEVEL: INFO, STAGE: !Ref Stage}}}}
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "orders-${Stage}"}}
  Bucket: {Type: AWS::S3::Bucket}
  Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/}}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: index.handler
      MemorySize: 512
      Layers: [!Ref Common]
      Environment: {Variables: {LEVEL: DEBUG, BUCKET: !Ref Bucket}}
"""


def put(folder: Path, text: str) -> Path:
    """Write a template."""
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, resource: str = "", *given: str) -> OwnFunction:
    """Read a template with no layers given elsewhere."""
    return function_in(path, resource, frozenset(given), ignore_layers=False)


def test_a_function_is_read_with_globals_defaults_and_names(tmp_path: Path) -> None:
    """SAM merges the variables of its Globals; parameters count with their defaults."""
    assert read(put(tmp_path, SAM)) == OwnFunction(
        name="Orders",
        code="src/",
        handler="index.handler",
        runtime="nodejs20.x",
        memory_mb=512,
        timeout_s=7,
        variables={"LEVEL": "DEBUG", "STAGE": "test", "BUCKET": "bucket"},
        layers=("layer/",),
        architecture="x86_64",
    )


def test_the_architecture_is_the_functions_own_then_that_of_all(tmp_path: Path) -> None:
    """Globals count where the function says nothing; Lambda's default is x86_64."""
    common = SAM.replace("{Function: {Runtime", "{Function: {Architectures: [arm64], Runtime")
    own = common.replace("      MemorySize: 512\n", "      MemorySize: 512\n      Architectures: [x86_64]\n")

    assert [read(put(tmp_path, text)).architecture for text in (common, own)] == ["arm64", "x86_64"]


@pytest.mark.parametrize("written", ["!GetAtt Table.Arn", '!Sub "${Table.Arn}/x"', '!ImportValue "x"'])
def test_what_the_deployment_decides_is_named_with_the_option(tmp_path: Path, written: str) -> None:
    """An ARN is no name: nothing is made up, and a given value settles it."""
    path = put(tmp_path, SAM.replace("!Ref Bucket", written))

    with pytest.raises(DocumentError, match=r"Variables\.BUCKET: found what the deployment .*--env BUCKET=VALUE"):
        read(path)
    assert read(path, "", "BUCKET").variables == {"LEVEL": "DEBUG", "STAGE": "test"}


def test_one_of_several_functions_must_be_named(tmp_path: Path) -> None:
    """The message lists them."""
    path = put(tmp_path, SAM + "  Other: {Type: AWS::Lambda::Function, Properties: {Code: lib, Handler: a.b}}\n")

    with pytest.raises(DocumentError, match="found 2 functions, expected --resource with one of Orders, Other"):
        read(path)
    other = read(path, "Other")
    assert (other.code, other.timeout_s, other.variables) == ("lib", 3, {})


def test_code_that_is_not_here_and_layers_of_an_account_are_faults(tmp_path: Path) -> None:
    """All are told at once, with their lines."""
    text = SAM.replace("src/", "s3://b/k").replace("[!Ref Common]", "[arn:aws:lambda:eu-west-1:1:layer:x:1]")

    with pytest.raises(DocumentError) as raised:
        read(put(tmp_path, text))
    assert [fault.path for fault in raised.value.faults] == ["Layers", "Orders.CodeUri"]
