"""Makes the table and the bucket of the function; it is told their names as the function is."""

import os

import boto3

boto3.client("dynamodb").create_table(
    TableName=os.environ["TABLE_NAME"],
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
)
boto3.client("s3").create_bucket(Bucket=os.environ["BUCKET_NAME"])
