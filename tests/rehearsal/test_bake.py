"""The engine of bakes: the template's own state machine, real Lambda runtimes, hours that pass in seconds.

What a look judges is scripted here: what is tried is that looks go on, end once, and that people hear of the rest.
"""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from support.fakes.lambda_calls import packed
from support.permissions import read_template
from support.stages.bakes import FUNCTION, ROLE, TEMPLATE, TOPIC, BakeStage, definition_of, install_scripted
from support.stages.ports import within
from warmgate.adapters.bakes import StepFunctionsBakes
from warmgate.model.execution import STOPPED, TOLD
from warmgate_ops.cli.main import app
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, REGION, LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

pytestmark = pytest.mark.local_cloud
SCRIPTED = Path(__file__).parents[1] / "data" / "bakes" / "scripted_looks.py"
TWO_HOURS_A_SECOND = 7200.0
A_LOOK = {"TaskStateEntered": 1, "TaskScheduled": 1, "TaskSucceeded": 1, "TaskStateExited": 1}
A_LOOP = {**A_LOOK, "ChoiceStateEntered": 1, "ChoiceStateExited": 1, "WaitStateEntered": 1, "WaitStateExited": 1}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BakeStage]:
    """Give a cloud with bakes of which two hours pass in a second."""
    with LocalCloud.start(tmp_path_factory.mktemp("bake-cloud")) as cloud:
        found = install_scripted(cloud, SCRIPTED)
        cloud.long_clock.hasten(TWO_HOURS_A_SECOND)
        yield found


def test_a_good_release_is_looked_at_for_six_hours(stage: BakeStage) -> None:
    """A look every ten minutes, in one execution, whose output is the last state."""
    began_s = time.monotonic()
    ended = stage.ended(stage.begin("d-GOOD"))
    took_s = time.monotonic() - began_s

    output = json.loads(ended["output"])
    assert (ended["status"], output["outcome"], output["ended"]) == ("SUCCEEDED", "released", True)
    assert output["hours"] >= 6
    looks = stage.looks(ended["executionArn"])
    assert [each["look"] for each in looks] == list(range(1, len(looks) + 1))
    assert 15 <= len(looks) <= 37
    assert took_s < 20


def test_the_clock_of_looks_is_that_of_the_waits(stage: BakeStage) -> None:
    """Between two looks lie the seconds of the state, and what the look itself took."""
    looks = stage.looks(stage.ended(stage.begin("d-PACE", hours=2))["executionArn"])

    gaps_s = [(after["hours"] - before["hours"]) * 3600 for before, after in itertools.pairwise(looks)]
    assert min(gaps_s) >= 600
    assert sorted(gaps_s)[len(gaps_s) // 2] < 2400


def test_errors_that_begin_after_three_hours_end_the_bake(stage: BakeStage) -> None:
    """The look that finds them is the last one."""
    ended = stage.ended(stage.begin("d-BAD", bad_after_hours=3))

    output = json.loads(ended["output"])
    assert (output["outcome"], output["reason"]) == ("rolled back", "errors began after 3 h")
    assert sum(each["ended"] for each in stage.looks(ended["executionArn"])) == 1


def test_a_look_makes_nine_events(stage: BakeStage) -> None:
    """What the bound on looks an execution rests on; MiniStack leaves out TaskStarted, the ninth."""
    arn = stage.ended(stage.begin("d-EVENTS", hours=1))["executionArn"]

    looks = len(stage.looks(arn))
    found = Counter(event["type"] for event in stage.history(arn))
    loops = {name: found[name] for name in A_LOOP}
    last = {"WaitStateEntered": looks - 1, "WaitStateExited": looks - 1}
    assert loops == dict.fromkeys(A_LOOP, looks) | last


def test_a_bake_that_somebody_stops_is_told_once(stage: BakeStage) -> None:
    """It ends at once, no look follows, and people hear who judges now: nobody."""
    arn = stage.begin("d-STOPPED", hours=40)
    for _ in within(10.0):
        if len(stage.looks(arn)) >= 2:
            break
    stage.client.stop_execution(executionArn=arn, error=STOPPED, cause="the team watches it by hand")

    [text] = stage.heard("d-STOPPED")
    assert "was stopped by somebody: the team watches it by hand." in text
    assert stage.ended(arn)["status"] == "ABORTED"
    looked = len(stage.looks(arn))
    assert stage.heard("d-STOPPED", patience_s=1.0) == []
    assert len(stage.looks(arn)) <= looked


def test_a_look_that_dies_is_made_again_at_the_same_time(stage: BakeStage) -> None:
    """Its environment is killed in the midst of it; the retry reads the same traffic, for its time is the same."""
    arn = stage.begin("d-KILLED", hours=2, slow_look=3, slow_s=2)
    for _ in within(10.0):
        if len(stage.looks(arn)) == 2:
            break
    time_of_death = _begun(stage, arn)
    stage.cloud.kill(FUNCTION)

    ended = stage.ended(arn)
    assert json.loads(ended["output"])["outcome"] == "released"
    failed = [event for event in stage.history(arn) if event["type"] == "TaskFailed"]
    assert len(failed) >= 1
    assert [each["look"] for each in stage.looks(arn)][:3] == [1, 2, 3]
    assert [each["hours"] for each in stage.looks(arn)][2] == pytest.approx(time_of_death, abs=1e-3)


def test_looks_that_always_fail_end_in_one_message(stage: BakeStage) -> None:
    """The state machine gives up after its retries, and says why; what hears of broken ones adds nothing."""
    ended = stage.ended(stage.begin("d-FAILING", raises_from_look=3))

    assert (ended["status"], ended["error"]) == ("FAILED", TOLD)
    [text] = stage.heard("d-FAILING")
    assert "has ended without a verdict, after 2 looks: RuntimeError" in text
    assert "the log cannot be read" in text
    assert stage.heard("d-FAILING", patience_s=1.5) == []
    failures = [event for event in stage.history(ended["executionArn"]) if event["type"] == "TaskFailed"]
    assert len(failures) == 7


def test_looks_that_find_no_concurrency_are_made_later(stage: BakeStage) -> None:
    """Throttles of Lambda are retried for longer than other faults; nobody is told of what passes."""
    client = stage.cloud.client("lambda")
    client.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=0)
    try:
        arn = stage.begin("d-THROTTLED", hours=1)
        for _ in within(10.0):
            failed = [each for each in stage.history(arn) if each["type"] == "TaskFailed"]
            if len(failed) >= 2:
                break
    finally:
        client.delete_function_concurrency(FunctionName=FUNCTION)

    assert {each["taskFailedEventDetails"]["error"] for each in failed} == {"Lambda.TooManyRequestsException"}
    assert json.loads(stage.ended(arn)["output"])["outcome"] == "released"


def test_commands_show_bakes_and_stop_them(stage: BakeStage) -> None:
    """An operator sees what runs, and ends it with a reason that people hear."""
    _controller(stage)
    arn = stage.begin("d-COMMANDS", hours=40)
    for _ in within(10.0):
        if stage.looks(arn):
            break
    shown = _run(stage, "status")
    assert "d-COMMANDS: running, " in shown.stdout
    stopped = _run(stage, "stop", "d-COMMANDS", "--reason", "known trouble", "--yes")
    assert (stopped.exit_code, stopped.stdout.split(":")[0]) == (0, "d-COMMANDS")

    assert ["known trouble" in text for text in stage.heard("d-COMMANDS")] == [True]
    one = _run(stage, "status", "d-COMMANDS", "--json")
    assert (one.exit_code, json.loads(one.stdout)["status"]) == (1, "ABORTED")
    assert json.loads(one.stdout)["why"] == f"{STOPPED}: known trouble"
    assert json.loads(one.stdout)["looks"] >= 1
    assert _run(stage, "stop", "d-COMMANDS", "--reason", "again", "--yes").exit_code == 1
    assert _run(stage, "status", "d-NEVER").exit_code == 1


def test_without_bakes_a_command_says_what_to_do(stage: BakeStage) -> None:
    """The controller of another installation knows of no state machine."""
    result = _run(stage, "status", install="warmgate-shop")

    assert result.exit_code == 3
    assert "warmgate-shop-rollback-controller" in result.stderr


def test_a_stack_makes_the_state_machine_with_the_names_of_its_own(stage: BakeStage) -> None:
    """What CloudFormation fills in is the function, the topic and the partition, and nothing else."""
    function = stage.cloud.client("lambda").get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    topic = f"arn:aws:sns:{REGION}:123456789012:{TOPIC}"
    properties = read_template(TEMPLATE)["Resources"]["BakeMachine"]["Properties"] | {
        "StateMachineName": "bakes-of-a-stack",
        "RoleArn": ROLE,
        "DefinitionSubstitutions": {"BakeArn": function, "TopicArn": topic, "Partition": {"Ref": "AWS::Partition"}},
    }
    resources = {"BakeMachine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
    client = stage.cloud.client("cloudformation")
    client.create_stack(StackName="bakes", TemplateBody=json.dumps({"Resources": resources}))
    for _ in within(10.0):
        if client.describe_stacks(StackName="bakes")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE":
            break
    arn = stage.machine_arn.replace("warmgate-bakes", "bakes-of-a-stack")
    made = stage.client.describe_state_machine(stateMachineArn=arn)

    assert json.loads(made["definition"]) == json.loads(definition_of(function, topic))


def test_a_long_bake_goes_on_in_further_executions(tmp_path: Path, stage: BakeStage) -> None:
    """Each has fewer events than an execution may; the last one's output is the bake's."""
    arn = stage.client.describe_state_machine(stateMachineArn=stage.machine_arn)
    topic = stage.cloud.client("sns").create_topic(Name="unused")["TopicArn"]
    function = stage.cloud.client("lambda").get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    made = stage.client.create_state_machine(
        name="warmgate-short-bakes", definition=definition_of(function, topic, looks=4), roleArn=arn["roleArn"]
    )
    short = BakeStage(cloud=stage.cloud, machine_arn=made["stateMachineArn"], queue_url=stage.queue_url)
    parts = [stage.ended(short.begin("d-LONG", hours=3))]
    while "continued" in (output := json.loads(parts[-1]["output"])):
        parts.append(stage.ended(output["continued"]))

    assert [part["name"] for part in parts][:3] == ["d-LONG", "d-LONG_2", "d-LONG_3"]
    assert output["outcome"] == "released"
    looks = [each["look"] for part in parts for each in short.looks(part["executionArn"])]
    assert looks == list(range(1, len(looks) + 1))
    assert all(len(short.looks(part["executionArn"])) <= 4 for part in parts)


def test_a_bake_is_begun_once(stage: BakeStage) -> None:
    """CodeDeploy's event may come twice, also when the bake has ended."""
    bakes = StepFunctionsBakes(stage.cloud.client, stage.machine_arn)
    state = {"schema": 1, "deployment_id": "d-TWICE", "look": 0, "wait_s": 600, "ended": False, "script": {"hours": 0}}
    bakes.start(state)
    bakes.start(state)
    [arn] = [each["executionArn"] for each in _executions(stage) if each["name"] == "d-TWICE"]
    stage.ended(arn)
    bakes.start(state)

    assert len([each for each in _executions(stage) if each["name"] == "d-TWICE"]) == 1
    assert len(stage.looks(arn)) == 1


def _executions(stage: BakeStage) -> list[dict[str, str]]:
    found: list[dict[str, str]] = stage.client.list_executions(stateMachineArn=stage.machine_arn)["executions"]
    return found


def _begun(stage: BakeStage, arn: str) -> float:
    """Return after how many hours the look that is under way began, once it is under way."""
    for _ in within(10.0):
        entered = [
            event for event in stage.history(arn) if event.get("stateEnteredEventDetails", {}).get("name") == "Look"
        ]
        if len(entered) == 3:
            break
    first, third = entered[0]["timestamp"], entered[2]["timestamp"]
    return float((third - first).total_seconds() / 3600)


def _controller(stage: BakeStage) -> None:
    """Install what tells the commands which state machine is the installation's."""
    client = stage.cloud.client("lambda")
    client.create_function(
        FunctionName="warmgate-rollback-controller",
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": packed("def handler(event, context): pass\n")},
        Environment={"Variables": {"WARMGATE_BAKES": stage.machine_arn}},
    )


def _run(stage: BakeStage, command: str, *words: str, install: str = "warmgate") -> Result:
    where = ["--install-name", install, "--endpoint-url", stage.cloud.endpoint_url, "--region", REGION]
    keys = {name.upper(): value for name, value in CREDENTIALS.items()}
    return CliRunner(env=keys).invoke(app, ["bake", command, *words, *where])
