"""Keeps what was answered."""

import boto3

TABLES = [boto3.client("dynamodb") for _ in range(3)]


def audited(answer: str) -> str:
    """Write an answer down and return it."""
    TABLES[0].put_item(TableName="audit", Item={"answer": {"S": answer}})
    return answer
