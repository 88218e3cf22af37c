"""What template.yaml promises: narrow roles, private stores, events and alarms that reach somebody."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from support.permissions import Grant, Names, grants_of, read_template, resolve
from support.permissions.installed import installed_names
from warmgate.model.deployment import OURS
from warmgate.settings import Settings

ROOT = Path(__file__).parents[4]
TEMPLATE = read_template(ROOT / "template.yaml")
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS = (
    *("BeforeAllowTraffic", "AfterAllowTraffic", "TrafficGuard", "RollbackController"),
    *("Keeper", "Bake", "ColdStarts", "LiveFeed"),
)
HOOKS = ("BeforeAllowTraffic", "AfterAllowTraffic")
NAMES = installed_names(TEMPLATE, "reports")
WIDE = {
    "ReadTargets": {"codedeploy:ListDeploymentTargets", "codedeploy:GetDeploymentTarget"},
    "ReadAccount": {"lambda:GetAccountSettings", "cloudwatch:GetMetricData"},
    "ReadQueryResults": {"logs:GetQueryResults"},
    "ReadMetrics": {"cloudwatch:GetMetricData"},
    "StopDeployments": {"codedeploy:StopDeployment"},
    "FindTaggedFunctions": {"tag:GetResources"},
    "FindSchedules": {
        *("events:ListRuleNamesByTarget", "events:DescribeRule", "scheduler:ListSchedules", "scheduler:GetSchedule")
    },
}
"""The statements on every resource; the security model explains each."""
EVERYWHERE = {
    "PolicyParameterPath": "/p",
    "PolicyBucket": "b",
    "RevisionBucket": "r",
    "PolicyAppConfigApplication": "a",
    "Bakes": "on",
    "LiveSource": "subscription",
    "WebhookSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:chat-AbCdEf",
}
DASHBOARD: str = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][0]
SID = re.compile(r"`(\w+)`")


def of_type(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and properties of the resources of a type."""
    for name, body in RESOURCES.items():
        if body["Type"] == kind:
            yield name, body["Properties"]


def grants(function: str, **parameters: str) -> list[Grant]:
    """Return what the role of a function may do."""
    return grants_of(TEMPLATE, f"{function}Role", installed_names(TEMPLATE, "reports", **parameters))


def policy_reads(**parameters: str) -> set[str]:
    """Return the actions by which a role may read policies."""
    return {grant.action for grant in grants("BeforeAllowTraffic", **parameters) if grant.sid.startswith("ReadPolicy")}


def test_each_function_has_a_role_of_its_own() -> None:
    """No two functions share a role, and no role comes from elsewhere."""
    found = {name: properties["Role"]["Fn::GetAtt"] for name, properties in of_type("AWS::Serverless::Function")}

    assert found == {name: f"{name}Role.Arn" for name in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_action_is_a_pattern(function: str) -> None:
    """Each grant names one action; it stands for no other."""
    assert [grant.action for grant in grants(function) if not re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", grant.action)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_what_has_no_narrower_resource_is_granted_on_all(function: str) -> None:
    """A statement on `*` is one of those that the security model explains, with these actions and no more."""
    wide: dict[str, set[str]] = {}
    for grant in grants(function):
        if "*" in grant.resources:
            wide.setdefault(grant.sid, set()).add(grant.action)

    assert wide == {sid: WIDE.get(sid) for sid in wide}


def test_the_security_model_tells_every_permission() -> None:
    """The page names each action that any role has, and no action that none has."""
    page = (ROOT / "docs" / "explanation" / "security-model.md").read_text()
    told = set(re.findall(r"`([a-z0-9]+:[A-Z][A-Za-z]+)`", page))
    elsewhere = installed_names(TEMPLATE, "b", **EVERYWHERE)
    granted = {grant.action for function in FUNCTIONS for grant in grants_of(TEMPLATE, f"{function}Role", elsewhere)}

    assert granted - told == set()
    assert told - granted == set()


def test_the_security_model_explains_every_statement() -> None:
    """Its table has a line for each statement of the roles, and none for a statement that no role has."""
    page = (ROOT / "docs" / "explanation" / "security-model.md").read_text()
    explained = {
        sid for cell in re.findall(r"^\| ((?:`[A-Z]\w+`(?:, )?)+) \|", page, re.MULTILINE) for sid in SID.findall(cell)
    }
    stated = {grant.sid for function in FUNCTIONS for grant in grants(function, **EVERYWHERE)}

    assert explained == stated


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "LiveFeed"])
def test_a_prefix_narrows_every_function_that_may_be_touched(function: str) -> None:
    """With a prefix, no grant on functions or their logs reaches a function of another name, Warmgate's own aside."""
    own = re.compile(r".*(function|/aws/lambda/)[:]?(CodeDeployHook_warmgate|warmgate)-.*")
    arns = [
        arn
        for grant in grants(function, FunctionPrefix="checkout-")
        for arn in grant.resources
        if (":function:" in arn or ":log-group:" in arn) and not own.fullmatch(arn)
    ]

    assert arns
    assert all(":function:checkout-*" in arn or "/aws/lambda/checkout-*" in arn for arn in arns), arns


@pytest.mark.parametrize("require", ["true", "false"])
def test_the_keeper_calls_only_what_has_its_own_tag(require: str) -> None:
    """Whatever the gate may call: who is kept warm has said so, and is called by alias or version alone."""
    (calling,) = [each for each in grants("Keeper", RequireAllowTag=require) if each.action == "lambda:InvokeFunction"]
    (stated,) = [
        each
        for each in RESOURCES["KeeperRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        if each["Sid"] == calling.sid
    ]

    assert stated["Condition"] == {"StringEquals": {"aws:ResourceTag/warmgate:warm": "true"}}
    assert [arn.endswith(":function:*:*") for arn in calling.resources] == [True]


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "Keeper"])
def test_calling_or_changing_a_version_needs_the_tag(function: str) -> None:
    """By default what is not only read must carry `warmgate:allow`; the guard's call of itself aside."""
    changing = {"lambda:InvokeFunction", "lambda:UpdateAlias"}
    touching = [
        grant for grant in grants(function) if grant.action in changing and grant.sid != "GoOnInAnotherExecution"
    ]

    assert all(grant.conditional for grant in touching)
    assert not any(
        grant.conditional
        for grant in grants(function, RequireAllowTag="false")
        if grant.sid in {touched.sid for touched in touching}
    )


@pytest.mark.parametrize(
    ("parameter", "value", "action", "source"),
    [
        ("PolicyParameterPath", "/warmgate", "ssm:GetParameter", "ssm"),
        ("PolicyBucket", "our-policies", "s3:GetObject", "s3"),
        ("PolicyAppConfigApplication", "abc1234", "appconfig:StartConfigurationSession", "appconfig"),
    ],
)
def test_a_policy_source_is_allowed_and_granted_together(parameter: str, value: str, action: str, source: str) -> None:
    """The setting names a kind of source exactly where the role may read it."""
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["WARMGATE_POLICY_SOURCES"]
    given = installed_names(TEMPLATE, "reports", **{parameter: value})

    assert resolve(variables, TEMPLATE, NAMES) == "bundled"
    assert resolve(variables, TEMPLATE, given) == f"bundled,{source}"
    assert action not in policy_reads()
    assert action in policy_reads(**{parameter: value})


def test_subscriptions_are_granted_and_known_together() -> None:
    """Without LiveSource=subscription no role may touch a filter, and guard and controller know of no feed."""
    actions = {"logs:PutSubscriptionFilter", "logs:DescribeSubscriptionFilters", "logs:DeleteSubscriptionFilter"}
    for source, feed in (("poll", False), ("subscription", True)):
        given = installed_names(TEMPLATE, "reports", LiveSource=source)
        for function, able in (
            ("TrafficGuard", actions),
            ("RollbackController", actions - {"logs:PutSubscriptionFilter"}),
        ):
            granted = {grant.action for grant in grants(function, LiveSource=source)}
            variables = resolve(RESOURCES[function]["Properties"]["Environment"]["Variables"], TEMPLATE, given)
            assert ("WARMGATE_FEED_FUNCTION" in variables) is feed
            assert granted & actions == (able if feed else set())


def test_only_log_groups_of_the_prefix_deliver_to_the_feed() -> None:
    """CloudWatch Logs calls it for groups of this account and prefix alone."""
    given = installed_names(TEMPLATE, "reports", FunctionPrefix="checkout-", LiveSource="subscription")
    properties = {
        key: value for key, value in RESOURCES["LiveFeedPermission"]["Properties"].items() if key != "FunctionName"
    }

    assert resolve(properties, TEMPLATE, given) == {
        "Action": "lambda:InvokeFunction",
        "Principal": "logs.amazonaws.com",
        "SourceAccount": "123456789012",
        "SourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/checkout-*:*",
    }


def test_the_report_bucket_is_private_encrypted_and_forgets() -> None:
    """Nothing public, nothing in the clear, nothing for ever; and the reports outlive the stack."""
    bucket = RESOURCES["Reports"]
    properties = bucket["Properties"]
    rule = properties["LifecycleConfiguration"]["Rules"][0]

    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert "SSEAlgorithm" in str(properties["BucketEncryption"])
    assert rule["ExpirationInDays"] == {"Ref": "ReportRetentionDays"}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": {"Ref": "ReportRetentionDays"}}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    refusal = RESOURCES["ReportsOverTls"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert (refusal["Effect"], refusal["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_table_is_what_powertools_expects() -> None:
    """Powertools' idempotency writes the key `id` and lets `expiration` end an entry."""
    properties = RESOURCES["Executions"]["Properties"]

    assert properties["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_logs_to_a_group_that_forgets(function: str) -> None:
    """The group has the function's name and a retention, outlives the stack, and is all that the role may log to."""
    name = resolve(RESOURCES[function]["Properties"]["FunctionName"], TEMPLATE, NAMES)
    resource = RESOURCES[RESOURCES[function]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]]
    group = {**resource["Properties"], "LogGroupName": resolve(resource["Properties"]["LogGroupName"], TEMPLATE, NAMES)}
    written = [grant for grant in grants(function) if grant.action == "logs:PutLogEvents"]

    assert group == {"LogGroupName": f"/aws/lambda/{name}", "RetentionInDays": {"Ref": "LogRetentionDays"}}
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert [grant.resources for grant in written] == [
        (f"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/{name}:*",)
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_is_there(function: str) -> None:
    """The handler's module lies in the folder that is deployed, or in the function's own layer."""
    path = RESOURCES[function]["Properties"]["Handler"].removesuffix(".handler").replace(".", "/") + ".py"
    (module,) = [home / path for home in (ROOT / "hooks", ROOT / "scripts") if (home / path).is_file()]

    assert re.search(r"^(def handler\(|handler = )", module.read_text(), re.MULTILINE)


def test_every_setting_is_one_that_is_read() -> None:
    """The template gives each field of the settings, and no variable that nobody reads."""
    variables = dict(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"])
    for _, properties in of_type("AWS::Serverless::Function"):
        variables |= properties.get("Environment", {}).get("Variables", {})
    given = {name for name in variables if name.startswith("WARMGATE_")}

    assert given == {f"WARMGATE_{each.name.upper()}" for each in fields(Settings)}


NARROWED: list[tuple[dict[str, str], list[Any]]] = [
    ({"ApplicationPrefix": "shop-"}, [{"prefix": "shop-"}]),
    ({"Applications": "shop,billing"}, ["shop", "billing"]),
    ({"ApplicationPrefix": "shop-", "Applications": "shop-web"}, ["shop-web"]),
]


@pytest.mark.parametrize(
    ("function", "states"),
    [
        ("TrafficGuard", ["START"]),
        ("RollbackController", ["SUCCESS", "FAILURE", "STOP"]),
        ("Keeper", ["SUCCESS", "FAILURE", "STOP"]),
    ],
)
def test_state_changes_reach_the_function_that_follows_them(function: str, states: list[str]) -> None:
    """Each rule takes CodeDeploy's own notifications of its states, and keeps what could not be delivered."""
    event = next(iter(RESOURCES[function]["Properties"]["Events"].values()))["Properties"]

    assert resolve(event["Pattern"], TEMPLATE, NAMES) == {
        "source": ["aws.codedeploy"],
        "detail-type": ["CodeDeploy Deployment State-change Notification"],
        "detail": {"state": states},
    }
    for parameters, expected in NARROWED:
        narrowed = resolve(event["Pattern"], TEMPLATE, installed_names(TEMPLATE, "b", **parameters))
        assert narrowed["detail"]["application"] == expected
    assert event["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "DeadLetters.Arn"}}


def test_what_fails_for_good_is_kept() -> None:
    """Every asynchronous call ends in the dead-letter queue, within the hour that CodeDeploy waits."""
    configuration = TEMPLATE["Globals"]["Function"]["EventInvokeConfig"]

    assert configuration["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": "DeadLetters.Arn"}
    assert configuration["MaximumEventAgeInSeconds"] < 3600
    for function in FUNCTIONS:
        assert "sqs:SendMessage" in {grant.action for grant in grants(function)}


@pytest.mark.parametrize(
    ("policy", "sid", "operator"),
    [
        ("DeadLettersAccess", "EventsThatReachedNobody", "ArnEquals"),
        ("NotificationAccess", "AlarmsOfThisAccount", "ArnLike"),
    ],
)
def test_a_service_may_only_write_for_what_is_named(policy: str, sid: str, operator: str) -> None:
    """A service that anybody can set to work says by whose order it comes: these rules, these alarms."""
    statements = {each["Sid"]: each for each in RESOURCES[policy]["Properties"]["PolicyDocument"]["Statement"]}

    assert "aws:SourceArn" in statements[sid]["Condition"][operator]
    assert {each["Effect"] for name, each in statements.items() if name != sid} == {"Deny"}


@pytest.mark.parametrize("policy", ["ReportsOverTls", "DeadLettersAccess", "NotificationAccess"])
def test_nothing_goes_in_the_clear(policy: str) -> None:
    """Bucket, queue and topic refuse whoever comes without TLS."""
    statements = {each["Sid"]: each for each in RESOURCES[policy]["Properties"]["PolicyDocument"]["Statement"]}
    refusal = statements["RefuseWithoutTls"]

    assert (refusal["Effect"], refusal["Principal"]) == ("Deny", "*")
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_rule_that_is_named_exists() -> None:
    """The queue names the rules as SAM names them: the function, then the event."""
    statements = RESOURCES["DeadLettersAccess"]["Properties"]["PolicyDocument"]["Statement"]
    arns = statements[0]["Condition"]["ArnEquals"]["aws:SourceArn"]
    named = {arn["Fn::If"][1]["Fn::GetAtt"] if "Fn::If" in arn else arn["Fn::GetAtt"] for arn in arns}
    events = {
        f"{name}{event}.Arn"
        for name, function in of_type("AWS::Serverless::Function")
        for event in function.get("Events", {})
    }

    assert named == events


@pytest.mark.parametrize(
    ("function", "parameter"),
    [
        ("BeforeAllowTraffic", "BeforeConcurrency"),
        ("AfterAllowTraffic", "AfterConcurrency"),
        ("TrafficGuard", "GuardConcurrency"),
        ("RollbackController", "ControllerConcurrency"),
    ],
)
def test_concurrency_is_reserved_where_a_number_is_given(function: str, parameter: str) -> None:
    """Zero, the default, reserves none: it does not switch the function off, as it would in Lambda."""
    properties = {"Reserved": RESOURCES[function]["Properties"]["ReservedConcurrentExecutions"]}

    assert resolve(properties, TEMPLATE, NAMES) == {}
    assert resolve(properties, TEMPLATE, installed_names(TEMPLATE, "b", **{parameter: "3"})) == {"Reserved": "3"}


def test_the_guard_may_call_itself() -> None:
    """Lambda ends what it takes for a recursive loop; of the four only the guard hands over to itself."""
    assert {name for name, each in of_type("AWS::Serverless::Function") if each.get("RecursiveLoop") == "Allow"} == {
        "TrafficGuard"
    }


@pytest.mark.parametrize("action", ["codedeploy:CreateDeployment", "codedeploy:RegisterApplicationRevision"])
def test_deploying_back_can_be_bound_to_a_tag(action: str) -> None:
    """IAM knows tags of applications and groups, not of a deployment's function."""
    free, bound = grants("RollbackController"), grants("RollbackController", RequireApplicationTag="true")

    assert [each.conditional for each in free if each.action == action] == [False]
    assert [each.conditional for each in bound if each.action == action] == [True]


def test_a_bucket_of_policies_belongs_to_the_account_that_is_named() -> None:
    """By default this one: a bucket's name alone says nothing of its owner."""
    statements = TEMPLATE["Resources"]["ReadPolicies"]["Properties"]["PolicyDocument"]["Statement"]
    found = {
        account: next(
            each["Condition"]["StringEquals"]["aws:ResourceAccount"]
            for each in resolve(
                statements, TEMPLATE, installed_names(TEMPLATE, "b", PolicyBucket="p", PolicyAccount=account)
            )
            if each["Sid"] == "ReadPolicyObjects"
        )
        for account in ("", "999988887777")
    }

    assert found == {"": "123456789012", "999988887777": "999988887777"}


@pytest.mark.parametrize("metric", ["Skipped", "ReleasedWithoutGate"])
def test_what_nobody_judged_is_an_alarm_of_its_own(metric: str) -> None:
    """One release in five minutes that went through unmeasured is enough; the dashboard draws it too."""
    (alarm,) = [each for _, each in of_type("AWS::CloudWatch::Alarm") if each.get("MetricName") == metric]

    alarm = resolve({key: alarm[key] for key in alarm.keys() - {"AlarmActions"}}, TEMPLATE, NAMES)
    assert (alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]) == ("Warmgate", "Sum", 0)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert "Dimensions" not in alarm
    assert f'["${{Namespace}}", "{metric}"' in DASHBOARD


def test_every_alarm_tells_somebody() -> None:
    """An alarm without an action helps nobody; missing data is silence, not an alarm."""
    alarms = dict(of_type("AWS::CloudWatch::Alarm"))

    assert {"HookWithoutStatus", "EventsLost", "NothingFoundOut", "AliasNotBack"} <= alarms.keys()
    for name, properties in alarms.items():
        assert properties["AlarmActions"] == [{"Ref": "Notifications"}], name
        assert properties["TreatMissingData"] == "notBreaching", name
        assert properties["AlarmDescription"].endswith("."), name


def test_the_hooks_alarm_covers_errors_and_dropped_calls_of_both() -> None:
    """Whatever keeps a hook from telling a status is an error or a dropped call of it."""
    metrics = [each["MetricStat"]["Metric"] for each in RESOURCES["HookWithoutStatus"]["Properties"]["Metrics"][1:]]
    found = {(metric["MetricName"], metric["Dimensions"][0]["Value"]["Ref"]) for metric in metrics}

    assert found == {(name, hook) for name in ("Errors", "AsyncEventsDropped") for hook in HOOKS}


def test_the_dashboard_draws_metrics_that_are_written() -> None:
    """Its body is JSON, and each metric of Warmgate's namespace is one that the reports or a check have."""
    widgets = json.loads(re.sub(r"\$\{[^}]*\}", "x", DASHBOARD))["widgets"]
    adapters = ROOT / "hooks" / "warmgate" / "adapters"
    figures = Path(__file__).parents[4] / "scripts" / "warmgate_ops" / "cold_starts" / "watching" / "figures.py"
    written = "".join(path.read_text() for path in (adapters / "reports.py", adapters / "notices.py", figures))
    schema = (ROOT / "policies" / "schema.json").read_text()

    assert {widget["properties"]["title"].split(",")[0] for widget in widgets} >= {
        "Verdicts",
        "Verdicts and their reasons",
    }
    for name in set(re.findall(r'\\"([A-Za-z.0-9]+)\\"', DASHBOARD)) - {
        "passed",
        "failed",
        "inconclusive",
        "error",
        "verdict",
    }:
        if name.startswith("limits."):
            assert name.split(".")[1] in schema
        else:
            assert f'add_metric("{name}"' in written, name


@pytest.mark.parametrize("installation", ["warmgate", "warmgate-shop"])
def test_hooks_have_the_names_that_codedeploy_may_call(installation: str) -> None:
    """AWS's managed role invokes functions of this prefix alone; the controller knows ours by the rest."""
    names = installed_names(TEMPLATE, "b", InstallName=installation)
    for hook in HOOKS:
        name = resolve(RESOURCES[hook]["Properties"]["FunctionName"], TEMPLATE, names)
        assert name.startswith(f"CodeDeployHook_{installation}-")
        assert OURS.search(name)


NAMING = frozenset(
    {"FunctionName", "LogGroupName", "LayerName", "DashboardName", "MetricNamespace", "StateMachineName"}
)


def named(value: Any, names: Names) -> Iterator[str]:
    """Yield every name that the template gives itself, where CloudFormation would not make one up."""
    if isinstance(value, list):
        for item in value:
            yield from named(item, names)
    elif isinstance(value, dict):
        for key, inside in value.items():
            if key in NAMING and not (isinstance(inside, dict) and "Ref" in inside):
                yield resolve(inside, TEMPLATE, names)
            elif key != "Definition":  # of a state machine, where parameters of tasks have the same keys
                yield from named(inside, names)


def test_two_installations_of_a_region_share_no_name() -> None:
    """Functions, logs, layer, dashboard, namespace and the roles' grants on own things follow the one parameter."""
    second = installed_names(TEMPLATE, "b", InstallName="warmgate-shop")
    ours, theirs = set(named(RESOURCES, NAMES)), set(named(RESOURCES, second))
    granted = [
        arn
        for function in FUNCTIONS
        for grant in grants(function, InstallName="warmgate-shop", FunctionPrefix="shop-")
        for arn in grant.resources
        if ":function:" in arn or ":log-group:" in arn
    ]

    assert len(ours) == len(theirs) == 20
    assert ours & theirs == set()
    assert all("warmgate-shop-" in arn or ":shop-*" in arn or "/shop-*" in arn for arn in granted), granted


def test_no_widget_of_the_dashboard_lies_on_another() -> None:
    """CloudWatch would move one of them somewhere."""
    places = re.findall(r'"x": (\d+), "y": (\d+), "width": (\d+), "height": (\d+)', DASHBOARD)
    taken: Counter[tuple[int, int]] = Counter()
    for x, y, width, height in (map(int, place) for place in places):
        taken.update(product(range(x, x + width), range(y, y + height)))
        assert x + width <= 24
    assert max(taken.values()) == 1
