"""Makes the table and the bucket of the function with one product; it is told their names as the function is."""

import os

import boto3

table, bucket = os.environ["TABLE_NAME"], os.environ["BUCKET_NAME"]
dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")

dynamodb.create_table(
    TableName=table,
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
)
dynamodb.put_item(TableName=table, Item={"id": {"S": "cup"}, "cents": {"N": "1290"}})
s3.create_bucket(Bucket=bucket)
s3.put_object(Bucket=bucket, Key="cup.md", Body=b"A cup of *stoneware*.\n")
