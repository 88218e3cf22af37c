"""Counts the visits of each path in a table."""

import json
import os
from typing import Any

import boto3

TABLE = boto3.client("dynamodb")


def handler(event: dict[str, Any], _context: object) -> Any:
    """Count a visit."""
    found = TABLE.update_item(
        TableName=os.environ["TABLE"],
        Key={"path": {"S": event["rawPath"]}},
        UpdateExpression="ADD visits :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return {"statusCode": 200, "body": json.dumps({"visits": int(found["Attributes"]["visits"]["N"])})}
