"""The tables and buckets of a template, which `rehearse --template` makes empty: `Ref` of them is a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from warmgate_ops.doctor.template.nodes import Value, root_of
from warmgate_ops.drafting.resources import plain, text_at
from warmgate_ops.rehearsal.scenario import Made

_NO_CAPACITY = "ProvisionedThroughput"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_TYPES = {"String": "S", "Number": "N", "Binary": "B"}


def resources_in(path: Path) -> tuple[Made, ...]:
    """Return what is made of a template's tables and buckets; raises DocumentError."""
    from warmgate_ops.cli.logs import decoded

    root = root_of(decoded(path.read_bytes()), str(path))
    found = root.get("Resources")
    return tuple(_made(found)) if found else ()


def _made(resources: Value) -> Iterator[Made]:
    for logical_id, body in resources.items():
        if body.kind == "AWS::S3::Bucket" and not _BUCKET.fullmatch(_name(logical_id, body, "BucketName")):
            continue  # CloudFormation makes a name up: what the function is given is none that S3 takes.
        if body.kind in _READERS:
            yield _READERS[body.kind](logical_id, body)


def _table(logical_id: str, body: Value) -> Made:
    arguments: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
    for key in ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        value = body.at("Properties", key)
        if value is not None:
            listed = plain(value)
            arguments[key] = [{name: part for name, part in each.items() if name != _NO_CAPACITY} for each in listed]
    return Made("dynamodb", "create_table", {"TableName": _name(logical_id, body, "TableName"), **arguments})


def _simple_table(logical_id: str, body: Value) -> Made:
    key = text_at(body, "Properties", "PrimaryKey", "Name") or "id"
    kind = _TYPES.get(text_at(body, "Properties", "PrimaryKey", "Type"), "S")
    arguments = {
        "TableName": _name(logical_id, body, "TableName"),
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": kind}],
    }
    return Made("dynamodb", "create_table", arguments)


def _bucket(logical_id: str, body: Value) -> Made:
    return Made("s3", "create_bucket", {"Bucket": _name(logical_id, body, "BucketName")})


def _name(logical_id: str, body: Value, key: str) -> str:
    return text_at(body, "Properties", key) or logical_id


_READERS: dict[str, Callable[[str, Value], Made]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::Serverless::SimpleTable": _simple_table,
    "AWS::S3::Bucket": _bucket,
}
