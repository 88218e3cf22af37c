"""The template's names as a rehearsal installs them, so that a role's grants can be held against recorded calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.permissions.template import Names, defaults_of

REGION = "us-east-1"
ACCOUNT = "123456789012"


def installed_names(template: Mapping[str, Any], bucket: str, **parameters: str) -> Names:
    """Return what the template's names stand for where its resources have the names of a rehearsal."""
    resources = {
        "Reports": bucket,
        "Reports.Arn": f"arn:aws:s3:::{bucket}",
        "Executions": "warmgate-executions",
        "Executions.Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/warmgate-executions",
        "Deliveries": "warmgate-deliveries",
        "Deliveries.Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/warmgate-deliveries",
        "LiveFeed.Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:warmgate-live-feed",
        "DeadLetters.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:warmgate-dead-letters",
        "Notifications": f"arn:aws:sns:{REGION}:{ACCOUNT}:warmgate",
        "NotificationKey.Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/warmgate",
    }
    return Names(parameters={**defaults_of(template), **parameters}, resources=resources)
