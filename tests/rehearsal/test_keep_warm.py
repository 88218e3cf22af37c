"""The keeper on real Lambda runtimes: how many environments live, who works for a ping, and what callers notice."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from support.fakes.lambda_calls import Install, publish, update
from support.warm_function import ANSWERING, DEAF
from warmgate.adapters.keeping import TopicWarmNotices
from warmgate.adapters.policies import TAG
from warmgate.adapters.sdk import Clients
from warmgate.bootstrap_keeping import keeper_of
from warmgate.keeping.keeper import Keeper
from warmgate.model.deadline import Deadline
from warmgate.model.warming import Warmed
from warmgate.settings import Settings
from warmgate_ops.cli.main import app
from warmgate_ops.rehearsal.cloud.local_cloud import FUNCTION_ARN, LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]
PATIENCE_S = 20.0


@pytest.fixture
def keeper(local_cloud: LocalCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    """Give a keeper of the cloud with a table of its own, and a policy that keeps three warm."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", local_cloud.account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "rehearsal")
    table = f"warm-{uuid4().hex[:8]}"
    local_cloud.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    (tmp_path / "warm.yaml").write_text("policy: warm\nkeep_warm: {environments: 3}\n")
    (tmp_path / "default.yaml").write_text("policy: default\n")
    clients = Clients(local_cloud.endpoint_url, local_cloud.region)
    topic = local_cloud.client("sns").create_topic(Name=table)["TopicArn"]
    return keeper_of(clients, Settings(policies=tmp_path, table=table, topic_arn=topic))


def installed(cloud: LocalCloud, install: Install, code: str = ANSWERING, **tags: str) -> str:
    """Install a function with an alias on its first version, tagged to be kept warm."""
    function = install(code, prefix="kept")
    cloud.client("lambda").create_alias(FunctionName=function, Name="live", FunctionVersion=publish(cloud, function))
    tagged = {"warmgate:warm": "true", **tags}
    cloud.client("lambda").tag_resource(Resource=f"{FUNCTION_ARN}:{function}", Tags=tagged)
    return function


def run(keeper: Keeper, event: dict[str, Any]) -> tuple[Warmed, ...]:
    """Run the keeper once."""
    return keeper.run(event, Deadline(keeper.clock.now_ms() + PATIENCE_S * 1000))


def run_for(keeper: Keeper, function: str, environments: int = 5, **more: Any) -> Warmed:
    """Run the schedule of one function."""
    named = {"function": function, "alias": "live", "environments": environments}
    (result,) = run(keeper, {"warmgate": "keep-warm", **named, **more})
    return result


def logged(cloud: LocalCloud, function: str, text: str) -> list[dict[str, Any]]:
    """Return the events of a function's log with a text, once all of them can be read; none where it never ran."""
    cloud.flush_logs()
    client = cloud.client("logs")
    try:
        answer = client.filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern=text)
    except client.exceptions.ResourceNotFoundException:
        return []
    found: list[dict[str, Any]] = answer["events"]
    return found


def test_five_environments_live_over_many_runs(local_cloud: LocalCloud, install: Install, keeper: Keeper) -> None:
    """Twenty runs make exactly five environments, which answer each time, and the function's work is never done."""
    function = installed(local_cloud, install)
    results = [run_for(keeper, function) for _ in range(20)]

    found = logged(local_cloud, function, "REPORT")
    assert {len(result.environments) for result in results} == {5}
    assert len({event["logStreamName"] for event in found}) == 5
    assert len(found) == sum(result.calls for result in results)
    assert sum(result.cold for result in results) == 5
    assert logged(local_cloud, function, "worked") == []


def test_a_shift_warms_both_versions_and_a_rollback_one(
    local_cloud: LocalCloud, install: Install, keeper: Keeper
) -> None:
    """In proportion to the weights while they last; one run after the alias is back, only what it serves."""
    client, function = local_cloud.client("lambda"), installed(local_cloud, install)
    second = update(local_cloud, function, f"{ANSWERING}# two")
    weights = {"AdditionalVersionWeights": {second: 0.25}}
    client.update_alias(FunctionName=function, Name="live", RoutingConfig=weights)
    during = run_for(keeper, function, 4)

    client.update_alias(FunctionName=function, Name="live", RoutingConfig={"AdditionalVersionWeights": {}})
    after = run_for(keeper, function, 4)

    assert during.by_version == {"1": 3, second: 1}
    assert after.by_version == {"1": 4}


def test_callers_of_a_full_function_are_not_refused(local_cloud: LocalCloud, install: Install, keeper: Keeper) -> None:
    """Reserved 6 and 5 callers at once: the keeper takes nothing that they may need."""
    client, function = local_cloud.client("lambda"), installed(local_cloud, install)
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=6)
    over, refused, served = threading.Event(), [], []

    def call_on() -> None:
        while not over.is_set():
            try:
                served.append(client.invoke(FunctionName=function, Qualifier="live", Payload=b"{}")["StatusCode"])
            except client.exceptions.TooManyRequestsException as error:
                refused.append(error)

    with ThreadPoolExecutor(5) as callers:
        for _ in range(5):
            callers.submit(call_on)
        results = [run_for(keeper, function) for _ in range(5)]
        results += [run_for(keeper, function, of_reserved=0.2) for _ in range(5)]
        over.set()

    assert refused == []
    assert served
    assert results[0].reason == "10 % of reserved concurrency 6 are 0 calls at once, 5 were asked for"
    assert {len(result.environments) for result in results[5:]} == {1}


def test_a_sweep_finds_the_tagged_functions_and_their_policies(
    local_cloud: LocalCloud, install: Install, keeper: Keeper
) -> None:
    """By the tag of each and the policy that another tag names; a function without the first is never called."""
    wanted = installed(local_cloud, install, **{TAG: "bundled:warm"})
    unwanted = installed(local_cloud, install, **{TAG: "bundled:warm", "warmgate:warm": "false"})
    unasked = installed(local_cloud, install)
    results = {result.target.function: result for result in run(keeper, {"warmgate": "keep-warm"})}

    assert len(results[wanted].environments) == 3
    assert not {unwanted, unasked} & results.keys()
    assert logged(local_cloud, unwanted, "REPORT") == []
    assert run_for(keeper, unwanted).reason == "not called: the function has no tag warmgate:warm = true"
    assert logged(local_cloud, unwanted, "REPORT") == []


def test_a_handler_that_knows_no_pings_works_once(
    local_cloud: LocalCloud, install: Install, keeper: Keeper, told: Callable[[], list[str]]
) -> None:
    """However often the schedule fires: the table remembers the version, and after three runs people hear of it."""
    function = installed(local_cloud, install, DEAF)
    results = [run_for(keeper, function) for _ in range(4)]

    assert [result.calls for result in results] == [1, 0, 0, 0]
    assert len(logged(local_cloud, function, "worked")) == 1
    assert told() == [f"warmgate: {function}:live has 0 of 5 environments warm"]


@pytest.fixture
def told(local_cloud: LocalCloud, keeper: Keeper) -> Callable[[], list[str]]:
    """Give what reads the subjects of the keeper's notices."""
    sqs, (notices,) = local_cloud.client("sqs"), keeper.notices
    assert isinstance(notices, TopicWarmNotices)
    queue = sqs.create_queue(QueueName=f"told-{uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    local_cloud.client("sns").subscribe(TopicArn=notices.topic_arn, Protocol="sqs", Endpoint=arn)

    def read() -> list[str]:
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
        return [json.loads(message["Body"])["Subject"] for message in found]

    return read


def test_the_end_of_a_deployment_warms_what_it_left(local_cloud: LocalCloud, install: Install, keeper: Keeper) -> None:
    """CodeDeploy's event names a deployment alone: its function is looked up and called at once."""
    function = installed(local_cloud, install)
    second = update(local_cloud, function, f"{ANSWERING}# two")
    run_for(keeper, function, 2)
    deployment_id = deployed(local_cloud, function, second)

    event = {"source": "aws.codedeploy", "detail": {"state": "SUCCESS", "deploymentId": deployment_id}}
    (result,) = run(keeper, event)
    assert result.by_version == {second: 2}


def deployed(cloud: LocalCloud, function: str, version: str) -> str:
    """Return the deployment of a version once it has succeeded."""
    client, properties = cloud.client("codedeploy"), {"Name": function, "Alias": "live"}
    spec = {
        "Properties": {**properties, "CurrentVersion": "1", "TargetVersion": version},
        "Type": "AWS::Lambda::Function",
    }
    client.create_application(applicationName=function, computePlatform="Lambda")
    client.create_deployment_group(
        applicationName=function,
        deploymentGroupName="live",
        serviceRoleArn="arn:aws:iam::123456789012:role/deploys",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
    )
    content = {"content": json.dumps({"version": 0.0, "Resources": [{"function": spec}]})}
    made: str = client.create_deployment(
        applicationName=function,
        deploymentGroupName="live",
        revision={"revisionType": "AppSpecContent", "appSpecContent": content},
    )["deploymentId"]
    client.get_waiter("deployment_successful").wait(deploymentId=made, WaiterConfig={"Delay": 0.2, "MaxAttempts": 100})
    return made


@pytest.fixture(scope="module")
def installation(local_cloud: LocalCloud) -> str:
    """Give the name of an installation with a group of schedules and the stack's own one."""
    client, name = local_cloud.client("scheduler"), "warmgate-tried"
    client.create_schedule_group(Name=f"{name}-keep-warm")
    client.create_schedule(
        Name=f"{name}-policies",
        GroupName=f"{name}-keep-warm",
        ScheduleExpression="rate(5 minutes)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": f"{FUNCTION_ARN}:{name}-keep-warm", "RoleArn": "arn:aws:iam::123456789012:role/schedules"},
    )
    return name


def warm(cloud: LocalCloud, command: str, function: str, install_name: str, *words: str) -> Result:
    """Run a subcommand of `warmgate warm` in the cloud."""
    named = ["--function", function, "--alias", "live", "--install-name", install_name]
    where = ["--endpoint-url", cloud.endpoint_url, "--region", cloud.region]
    return CliRunner().invoke(app, ["warm", command, *named, *where, *words])


@pytest.mark.usefixtures("keeper")
def test_apply_proves_tags_and_schedules_and_remove_takes_all_back(
    local_cloud: LocalCloud, install: Install, installation: str
) -> None:
    """One ping, the tag, a schedule a line; applied again there are no others; removed there is nothing."""
    client, function = local_cloud.client("lambda"), installed(local_cloud, install, **{"warmgate:warm": "false"})
    keep = ["--keep", "Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1", "--yes"]
    first = warm(local_cloud, "apply", function, installation, *keep)
    assert first.exit_code == 0, first.output
    assert schedules(local_cloud, installation, function) == [
        (f"{function}.live.1", "cron(0/5 7-18 ? * MON-FRI *)", "Europe/Berlin"),
        (f"{function}.live.2", "cron(0/5 * * * ? *)", "Europe/Berlin"),
    ]
    assert client.list_tags(Resource=f"{FUNCTION_ARN}:{function}")["Tags"]["warmgate:warm"] == "true"
    assert len(logged(local_cloud, function, "REPORT")) == 1

    assert warm(local_cloud, "apply", function, installation, "--keep", "2", "--yes").exit_code == 0
    assert schedules(local_cloud, installation, function) == [(f"{function}.live.1", "cron(0/5 * * * ? *)", "UTC")]

    assert warm(local_cloud, "remove", function, installation, "--yes").exit_code == 0
    assert schedules(local_cloud, installation, function) == []
    assert "warmgate:warm" not in client.list_tags(Resource=f"{FUNCTION_ARN}:{function}")["Tags"]


def schedules(cloud: LocalCloud, install_name: str, function: str) -> list[tuple[str, str, str]]:
    """Return name, expression and time zone of a function's schedules."""
    client, group = cloud.client("scheduler"), f"{install_name}-keep-warm"
    names = [each["Name"] for each in client.list_schedules(GroupName=group, NamePrefix=f"{function}.")["Schedules"]]
    found = [client.get_schedule(Name=name, GroupName=group) for name in sorted(names)]
    return [(each["Name"], each["ScheduleExpression"], each["ScheduleExpressionTimezone"]) for each in found]


@pytest.mark.usefixtures("keeper")
def test_apply_changes_nothing_for_a_handler_that_knows_no_pings(
    local_cloud: LocalCloud, install: Install, installation: str, tmp_path: Path
) -> None:
    """It leaves with 1; with a payload that the owner says is safe it makes no call at all."""
    client, function = local_cloud.client("lambda"), installed(local_cloud, install, DEAF, **{"warmgate:warm": "false"})
    refused = warm(local_cloud, "apply", function, installation, "--keep", "2", "--yes")
    assert refused.exit_code == 1
    assert "answer pings before the work begins" in refused.stderr
    assert schedules(local_cloud, installation, function) == []
    assert client.list_tags(Resource=f"{FUNCTION_ARN}:{function}")["Tags"]["warmgate:warm"] == "false"

    (tmp_path / "safe.json").write_text('{"source": "serverless-plugin-warmup"}')
    safe = ["--payload-is-safe", str(tmp_path / "safe.json"), "--keep", "2", "--yes"]
    assert warm(local_cloud, "apply", function, installation, *safe).exit_code == 0
    assert len(schedules(local_cloud, installation, function)) == 1
    assert len(logged(local_cloud, function, "worked")) == 1

    assert warm(local_cloud, "apply", function, installation, "--keep", "2").exit_code == 2
    assert warm(local_cloud, "apply", function, "warmgate-none", "--keep", "2", "--yes").exit_code == 2


def test_status_reads_what_the_keeper_has_logged(
    local_cloud: LocalCloud, install: Install, keeper: Keeper, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three runs as they are printed; without a log of an installation it leaves with 3."""
    function = installed(local_cloud, install)
    capsys.readouterr()
    for _ in range(3):
        run_for(keeper, function, 2)
    lines = [line for line in capsys.readouterr().out.splitlines() if '"keep-warm"' in line]
    printing = f"def handler(event, context):\n    print(*{lines!r}, sep=chr(10))"
    said = install(printing, LoggingConfig={"LogGroup": "/aws/lambda/warmgate-said-keep-warm"})
    local_cloud.client("lambda").invoke(FunctionName=said)
    local_cloud.flush_logs()

    found = warm(local_cloud, "status", function, "warmgate-said", "--json")
    document = json.loads(found.stdout)
    assert found.exit_code == 0, found.output
    assert (document["runs"], len(document["environments"]), document["cold"]) == (3, 2, 2)
    assert warm(local_cloud, "status", function, "warmgate-none").exit_code == 3


@pytest.mark.usefixtures("keeper")
def test_a_plan_reads_the_calls_of_the_account(local_cloud: LocalCloud, install: Install, tmp_path: Path) -> None:
    """As many calls and cold starts as were made, without one of its own."""
    function = installed(local_cloud, install)
    with ThreadPoolExecutor(6) as callers:
        list(callers.map(lambda _: called(local_cloud, function), range(12)))
    made = len(logged(local_cloud, function, "REPORT"))
    words = ["--keep", "2", "--json", "--output", str(tmp_path / "warm.yaml")]
    where = ["--endpoint-url", local_cloud.endpoint_url, "--region", local_cloud.region]
    result = CliRunner().invoke(app, ["warm", "plan", "--function", function, "--alias", "live", *words, *where])

    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert (document["calls"], document["cold_starts"], document["memory_mb"]) == (made, 6, 256.0)
    assert len(logged(local_cloud, function, "REPORT")) == made == 12


def called(cloud: LocalCloud, function: str) -> int:
    """Call a function as a caller does."""
    status: int = cloud.client("lambda").invoke(FunctionName=function, Qualifier="live", Payload=b"{}")["StatusCode"]
    return status
