"""Installs the live feed in a local cloud, as the template does with LiveSource=subscription."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warmgate_ops.rehearsal.cloud.local_cloud import FUNCTION_ARN, LocalCloud
from warmgate_ops.rehearsal.packages import zip_hooks
from warmgate_ops.rehearsal.stage import CONTROLLER, GUARD, ROLE, RUNTIME, SHORT_WAITS

FEED, FEED_TABLE = "warmgate-live-feed", "warmgate-deliveries"
FEED_ARN = f"{FUNCTION_ARN}:{FEED}"
ANY_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/*:*"


def install_feed(cloud: LocalCloud) -> None:
    """Install table, function and permission, and let guard and controller know them where they are there."""
    cloud.client("dynamodb").create_table(
        TableName=FEED_TABLE,
        KeySchema=[{"AttributeName": "feed", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("feed", "at")],
        BillingMode="PAY_PER_REQUEST",
    )
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=FEED,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="live_feed.handler",
        Code={"ZipFile": zip_hooks()},
        Timeout=30,
        MemorySize=256,
        Environment={"Variables": {"WARMGATE_FEED_TABLE": FEED_TABLE, "WARMGATE_ACCOUNT": cloud.account}},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=FEED, WaiterConfig=SHORT_WAITS)
    client.add_permission(
        FunctionName=FEED,
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
        SourceArn=ANY_GROUP,
        SourceAccount=cloud.account,
    )


def let_know(cloud: LocalCloud) -> None:
    """Give guard and controller the variables of the feed."""
    client = cloud.client("lambda")
    for name in (GUARD, CONTROLLER):
        known = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        feed = {"WARMGATE_FEED_TABLE": FEED_TABLE, "WARMGATE_FEED_FUNCTION": FEED_ARN}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": {**known, **feed}})
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)


def subscribing(policy: Path, folder: Path) -> Path:
    """Return a copy of a policy that lets the guard subscribe."""
    text = policy.read_text()
    assert "\nlive:\n" in text
    made = folder / policy.name
    made.write_text(text.replace("\nlive:\n", "\nlive:\n  subscribe: true\n"))
    return made


def filters_of(cloud: LocalCloud, function: str) -> list[dict[str, Any]]:
    """Return the subscription filters of a function's log group."""
    found = cloud.client("logs").describe_subscription_filters(logGroupName=f"/aws/lambda/{function}")
    return list(found["subscriptionFilters"])
