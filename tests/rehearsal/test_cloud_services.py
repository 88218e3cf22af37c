"""What is only passed on to MiniStack behaves as whoever keeps locks and sends notices needs it."""

from __future__ import annotations

import pytest

from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


def test_a_table_takes_an_item_once(local_cloud: LocalCloud) -> None:
    """A put under a condition is refused when the item is there; an update under one changes it."""
    dynamodb, key = local_cloud.client("dynamodb"), {"id": {"S": "d-1"}}
    dynamodb.create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {**key, "state": {"S": "held"}}
    dynamodb.put_item(TableName="locks", Item=item, ConditionExpression="attribute_not_exists(id)")

    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName="locks", Item=item, ConditionExpression="attribute_not_exists(id)")
    dynamodb.update_item(
        TableName="locks",
        Key=key,
        UpdateExpression="SET #state = :done",
        ConditionExpression="#state = :held",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":done": {"S": "done"}, ":held": {"S": "held"}},
    )
    found = dynamodb.get_item(TableName="locks", Key=key, ConsistentRead=True)["Item"]

    assert found["state"] == {"S": "done"}


def test_a_notice_reaches_the_queue_of_a_topic(local_cloud: LocalCloud) -> None:
    """What is published arrives with its subject."""
    sqs, sns = local_cloud.client("sqs"), local_cloud.client("sns")
    url = sqs.create_queue(QueueName="notices")["QueueUrl"]
    topic = sns.create_topic(Name="notices")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:notices")

    sns.publish(TopicArn=topic, Subject="rolled back", Message="d-1")

    [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    assert '"Subject": "rolled back"' in message["Body"]
    assert '"Message": "d-1"' in message["Body"]
