"""Events of single happenings: objects in S3, EventBridge, schedules, user pools, GraphQL fields."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from warmgate.policy.events.constants import (
    ACCOUNT,
    REGION,
    REQUEST_ID,
    SOURCE_IP,
    TIME,
    TIME_MS,
    USER_AGENT,
    Fields,
    arn,
)


def s3(fields: Fields) -> dict[str, Any]:
    """Return the notification of one object; a removed one has neither size nor ETag."""
    bucket, action = fields.get("bucket", "bucket"), fields.get("action", "ObjectCreated:Put")
    stored = {} if action.startswith("ObjectRemoved") else {"size": 1024, "eTag": "0123456789abcdef0123456789abcdef"}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": TIME_MS,
        "eventName": action,
        "userIdentity": {"principalId": "AWS:WARMGATE"},
        "requestParameters": {"sourceIPAddress": SOURCE_IP},
        "responseElements": {"x-amz-request-id": REQUEST_ID, "x-amz-id-2": "warmgate"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "warmgate",
            "bucket": {"name": bucket, "ownerIdentity": {"principalId": "WARMGATE"}, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {"key": quote_plus(fields.get("key", "object"), safe="/"), **stored, "sequencer": "0A1B2C3D4E5F"},
        },
    }
    return {"Records": [record]}


def eventbridge(fields: Fields) -> dict[str, Any]:
    """Return an event of a bus."""
    return _bus_event(
        fields.get("source", "warmgate"), fields.get("detail-type", "Probe"), [], fields.get("detail", {})
    )


def schedule(_fields: Fields) -> dict[str, Any]:
    """Return the event of a rule that runs on a schedule."""
    return _bus_event("aws.events", "Scheduled Event", [arn("events", "rule/schedule")], {})


def _bus_event(source: str, detail_type: str, resources: list[str], detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": REQUEST_ID,
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": TIME,
        "region": REGION,
        "resources": resources,
        "detail": detail,
    }


_REQUESTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PreSignUp": (
        {"validationData": None},
        {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    ),
    "PreAuthentication": ({"validationData": None}, {}),
    "PostAuthentication": ({"newDeviceUsed": False}, {}),
    "TokenGeneration": (
        {"groupConfiguration": {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}},
        {"claimsOverrideDetails": None},
    ),
    "CustomMessage": (
        {"codeParameter": "{####}", "usernameParameter": None},
        {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    ),
    "UserMigration": (
        {"password": "password", "validationData": None},
        {"userAttributes": None, "finalUserStatus": None, "messageAction": None, "desiredDeliveryMediums": None},
    ),
    "DefineAuthChallenge": (
        {"session": []},
        {"challengeName": None, "issueTokens": None, "failAuthentication": None},
    ),
    "CreateAuthChallenge": (
        {"challengeName": "CUSTOM_CHALLENGE", "session": []},
        {"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None},
    ),
    "VerifyAuthChallengeResponse": (
        {"privateChallengeParameters": {}, "challengeAnswer": "answer"},
        {"answerCorrect": None},
    ),
}
"""What a trigger's request has beside the user's attributes, and its response; PostConfirmation has no more."""


def cognito(fields: Fields) -> dict[str, Any]:
    """Return the event of a user pool's trigger."""
    trigger = fields.get("trigger", "PreSignUp_SignUp")
    request, response = _REQUESTS.get(trigger.partition("_")[0], ({}, {}))
    attributes = fields.get("attributes", {"email": "user@example.com"})
    return {
        "version": "1",
        "region": REGION,
        "userPoolId": f"{REGION}_WARMGATE",
        "userName": fields.get("user", "user"),
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "warmgate"},
        "triggerSource": trigger,
        "request": {"userAttributes": attributes, **request},
        "response": dict(response),
    }


def appsync(fields: Fields) -> dict[str, Any]:
    """Return the context that a direct Lambda resolver gets."""
    return {
        "arguments": fields.get("arguments", {}),
        "identity": None,
        "source": None,
        "request": {
            "headers": {"content-type": "application/json", "user-agent": USER_AGENT, "x-forwarded-for": SOURCE_IP},
            "domainName": None,
        },
        "prev": None,
        "info": {
            "selectionSetList": [],
            "selectionSetGraphQL": "",
            "fieldName": fields.get("field", "field"),
            "parentTypeName": fields.get("type", "Query"),
            "variables": {},
        },
        "stash": {},
    }
