"""Takes an order: an item of the table, and a receipt in the bucket."""

import json
import os

import boto3
from ulid import ULID

TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
BUCKET = os.environ["BUCKET_NAME"]
s3 = boto3.client("s3")


def handler(event, context):
    """Answer POST /orders with the order's id and total."""
    lines = json.loads(event["body"])["lines"]
    total = sum(line["cents"] * line["count"] for line in lines)
    order = {"id": str(ULID()), "lines": lines, "total": total}
    TABLE.put_item(Item=order)
    receipt = "".join(f"{line['count']} x {line['article']}\n" for line in lines) + f"total {total / 100:.2f}\n"
    s3.put_object(Bucket=BUCKET, Key=f"receipts/{order['id']}.txt", Body=receipt.encode())
    return {"statusCode": 201, "body": json.dumps({"id": order["id"], "total": total})}
