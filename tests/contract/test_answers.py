"""What looks like an answer and is none, over real HTTP: never a success, never a KeyError."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.canned import LOST, Canned, canned_endpoint, refused, said
from warmgate.adapters import checked_answers
from warmgate.adapters.checked_answers import ALWAYS, ATTEMPTS
from warmgate.adapters.codedeploy import CodeDeployDeployments, LastDeployments
from warmgate.adapters.faults import is_passing
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.releases import CodeDeployReleases
from warmgate.adapters.sdk import Clients
from warmgate.adapters.tags import LambdaAllowTag
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import (
    DeploymentLookupError,
    FunctionLookupError,
    OtherPlatformError,
    RollbackError,
    StatusReportError,
)
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status, Target

EXECUTION = HookExecution("d-ABCDEF123", "execution-1")
PUT = "PutLifecycleEventHookExecutionStatus"
TAKEN = said({"lifecycleEventHookExecutionId": "execution-1"})
COMPLETED = refused("LifecycleEventAlreadyCompletedException")
NO_ANSWERS = [(200, b""), (200, b"{}"), (200, b"<html>Sign in</html>"), (200, b"null"), (200, b"[]"), (200, b'"x"')]
IDS = ["empty", "no members", "a web page", "null", "a list", "a word"]


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canned]:
    """Return an endpoint with credentials for it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setattr(checked_answers, "FIRST_WAIT_S", 0.01)
    with canned_endpoint() as canned:
        yield canned


def deployments(endpoint: Canned, event: LifecycleEvent = LifecycleEvent.BEFORE_ALLOW_TRAFFIC) -> CodeDeployDeployments:
    """Return the adapter on an endpoint."""
    return CodeDeployDeployments(Clients(endpoint.url, "us-east-1")("codedeploy"), SystemClock(), event)


def within(seconds: float) -> Deadline:
    """Return a deadline."""
    return Deadline(SystemClock().now_ms() + seconds * 1000)


def describe(endpoint: Canned, before: str = "InProgress", after: str = "Pending", **about: object) -> None:
    """Let a deployment be in progress, its hooks' events with these statuses."""
    events = [
        {"lifecycleEventName": "BeforeAllowTraffic", "status": before},
        {"lifecycleEventName": "AfterAllowTraffic", "status": after},
    ]
    function = {"functionName": "f", "functionAlias": "live", "currentVersion": "6", "targetVersion": "7"}
    endpoint.answers |= {
        "GetDeployment": [
            said({"deploymentInfo": {"deploymentId": "d-ABCDEF123", "applicationName": "shop", "revision": {}} | about})
        ],
        "ListDeploymentTargets": [said({"targetIds": ["f:live"]})],
        "GetDeploymentTarget": [
            said({"deploymentTarget": {"lambdaTarget": {"lambdaFunctionInfo": function, "lifecycleEvents": events}}})
        ],
    }


@pytest.mark.parametrize("nothing", NO_ANSWERS, ids=IDS)
def test_a_status_without_an_answer_is_reported_again(endpoint: Canned, nothing: tuple[int, bytes]) -> None:
    """Only an answer with the execution's id says that CodeDeploy has it."""
    endpoint.answers[PUT] = [nothing, nothing, TAKEN]

    assert deployments(endpoint).report_status(EXECUTION, Status.SUCCEEDED, within(20)) is True
    assert endpoint.count(PUT) == 3


@pytest.mark.parametrize("nothing", NO_ANSWERS, ids=IDS)
def test_a_status_that_never_gets_an_answer_is_not_reported(endpoint: Canned, nothing: tuple[int, bytes]) -> None:
    """The hook fails, so that Lambda delivers its event again."""
    endpoint.answers[PUT] = [nothing]

    with pytest.raises(StatusReportError):
        deployments(endpoint).report_status(EXECUTION, Status.SUCCEEDED, within(0.5))


@pytest.mark.parametrize("lost", [LOST, *NO_ANSWERS], ids=["closed", *IDS])
def test_a_status_whose_answer_was_lost_is_ours(endpoint: Canned, lost: tuple[int, bytes]) -> None:
    """The next attempt hears that the event has completed: its status says that it was this run's."""
    describe(endpoint, before="Succeeded")
    endpoint.answers[PUT] = [lost, COMPLETED]

    assert deployments(endpoint).report_status(EXECUTION, Status.SUCCEEDED, within(20)) is True


def test_a_status_that_another_run_reported_is_not_ours(endpoint: Canned) -> None:
    """The first attempt already hears that the event has completed; or it completed with another status."""
    describe(endpoint, before="Succeeded")
    endpoint.answers[PUT] = [COMPLETED]
    assert deployments(endpoint).report_status(EXECUTION, Status.SUCCEEDED, within(5)) is False

    endpoint.answers[PUT] = [LOST, COMPLETED]
    assert deployments(endpoint).report_status(EXECUTION, Status.FAILED, within(5)) is False


def test_a_status_that_nobody_confirms_is_not_sure(endpoint: Canned) -> None:
    """Where the event cannot be read either, the hook fails and its next run finds out."""
    endpoint.answers |= {PUT: [LOST, COMPLETED], "GetDeployment": [refused("DeploymentDoesNotExistException")]}

    with pytest.raises(StatusReportError, match="not known"):
        deployments(endpoint).report_status(EXECUTION, Status.SUCCEEDED, within(5))


@pytest.mark.parametrize("operation", ["GetDeployment", "ListDeploymentTargets", "GetDeploymentTarget"])
@pytest.mark.parametrize("nothing", NO_ANSWERS, ids=IDS)
def test_a_look_up_without_an_answer_is_made_again(
    endpoint: Canned, operation: str, nothing: tuple[int, bytes]
) -> None:
    """One such answer refuses no release."""
    describe(endpoint)
    endpoint.answers[operation] = [nothing, *endpoint.answers[operation]]

    found = deployments(endpoint).describe(EXECUTION, within(20))

    assert (found.target, found.baseline, found.candidate) == (Target("f", "live"), "6", "7")


@pytest.mark.parametrize("nothing", NO_ANSWERS, ids=IDS)
def test_a_look_up_that_never_gets_an_answer_is_an_error_of_its_port(
    endpoint: Canned, nothing: tuple[int, bytes]
) -> None:
    """Each port raises its own error, and no other gets out."""
    endpoint.answers = {operation: [nothing] for operation in ALWAYS}
    clients = Clients(endpoint.url, "us-east-1")
    with pytest.raises(DeploymentLookupError):
        deployments(endpoint).describe(EXECUTION, within(0.5))
    with pytest.raises(DeploymentLookupError):
        CodeDeployReleases(clients).describe("d-ABCDEF123")


def test_a_release_whose_target_gets_no_answer_is_not_half_described(endpoint: Canned) -> None:
    """Without it every hook would seem not to have run, and nobody would wait for its report."""
    describe(endpoint)
    endpoint.answers["ListDeploymentTargets"] = [said({})]

    with pytest.raises(DeploymentLookupError, match="ListDeploymentTargets"):
        CodeDeployReleases(Clients(endpoint.url, "us-east-1")).describe("d-ABCDEF123")


def test_what_may_have_been_done_is_not_done_again(endpoint: Canned) -> None:
    """A deployment back without an answer is unsure, and was asked for once."""
    release = Deployment(
        deployment_id="d-ABCDEF123",
        application="shop",
        group="g",
        status="Failed",
        target=Target("f", "live"),
        baseline="6",
        candidate="7",
    )
    endpoint.answers["CreateDeployment"] = [said({})]

    with pytest.raises(RollbackError) as raised:
        CodeDeployReleases(Clients(endpoint.url, "us-east-1")).roll_back(release)

    assert raised.value.unsure
    assert endpoint.count("CreateDeployment") == 1


def test_a_function_that_is_not_described_is_an_error(endpoint: Canned) -> None:
    """A page instead of the version, or of its tags, says nothing of either."""
    path = "/2015-03-31/functions/f/configuration?Qualifier=7"
    endpoint.answers |= {path: [said({})], path.partition("?")[0]: [said({})]}
    clients = Clients(endpoint.url, "us-east-1")

    with pytest.raises(FunctionLookupError, match="without FunctionArn"):
        LambdaFunctions(clients).version("f", "7")
    with pytest.raises(FunctionLookupError, match="without FunctionArn"):
        LambdaAllowTag(clients, required=True).allows(Target("f", "live"))
    assert endpoint.count(path) == ATTEMPTS


def test_a_deployment_of_another_platform_is_said_to_be_one(endpoint: Canned) -> None:
    """ECS and EC2 deployments send the same events."""
    describe(endpoint, computePlatform="ECS")

    with pytest.raises(OtherPlatformError, match="ECS"):
        deployments(endpoint).describe(EXECUTION, within(5))


@pytest.mark.parametrize(
    ("hooks", "waits"),
    [
        ({"BeforeAllowTraffic": "one", "AfterAllowTraffic": "two"}, None),
        ({"BeforeAllowTraffic": "one", "AfterAllowTraffic": "one"}, LifecycleEvent.AFTER_ALLOW_TRAFFIC),
        ({}, None),
        (None, LifecycleEvent.AFTER_ALLOW_TRAFFIC),
    ],
    ids=["two hooks", "one hook", "no hooks", "unreadable"],
)
def test_an_event_delivered_again_while_a_later_one_waits_is_over(
    endpoint: Canned, hooks: dict[str, str] | None, waits: LifecycleEvent | None
) -> None:
    """Unless one function is the hook of both: then the later event may be its own."""
    describe(endpoint, before="Succeeded", after="InProgress")
    properties = {"Name": "f", "Alias": "live", "CurrentVersion": "6", "TargetVersion": "7"}
    resource = {"f": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    spec = {"version": 0.0, "Resources": [resource], "Hooks": [{event: name} for event, name in (hooks or {}).items()]}
    content = said({"revision": {"revisionType": "String", "string": {"content": str(spec).replace("'", '"')}}})
    endpoint.answers["GetApplicationRevision"] = [content if hooks is not None else refused("AccessDenied")]

    found = deployments(endpoint).describe(EXECUTION, within(5))

    assert (found.lifecycle_event, found.reported) == (waits, Status.SUCCEEDED)


def test_the_last_resort_waits_for_no_answer_long(endpoint: Canned) -> None:
    """It has a client of its own, that tries once for some seconds, and reports as the other does."""
    endpoint.answers[PUT] = [said({}), TAKEN]
    clients = Clients(endpoint.url, "us-east-1")
    last = LastDeployments(clients, SystemClock(), LifecycleEvent.BEFORE_ALLOW_TRAFFIC)

    assert last.report_status(EXECUTION, Status.FAILED, within(10)) is True
    config = clients.last_resort("codedeploy").meta.config
    assert config.read_timeout + config.connect_timeout <= 4
    assert clients.last_resort("codedeploy") is not clients("codedeploy")


def test_every_answer_that_is_checked_is_one_of_its_operation() -> None:
    """The table names members that the SDK's own model of the operation has."""
    import botocore.session

    session = botocore.session.get_session()
    services = ("codedeploy", "lambda", "logs", "cloudwatch", "s3", "ssm", "sns", "events", "appconfigdata", "dynamodb")
    models = [session.get_service_model(service) for service in services]
    for operation, member in ALWAYS.items():
        (model,) = [each for each in models if operation in each.operation_names]
        shape = model.operation_model(operation).output_shape
        for name in member.split("."):
            assert name in shape.members, (operation, member)
            shape = shape.members[name]


def test_an_incomplete_answer_may_pass(endpoint: Canned) -> None:
    """It is asked again like a fault of the service."""
    endpoint.answers["GetDeployment"] = [said({})]
    with pytest.raises(Exception, match="without deploymentInfo") as raised:
        Clients(endpoint.url, "us-east-1")("codedeploy").get_deployment(deploymentId="d-1")
    assert is_passing(raised.value)


def test_another_attempt_sends_the_whole_body_again(endpoint: Canned) -> None:
    """The SDK reads a body as a stream: what is stored by the second attempt is the report, not what was left of it."""
    endpoint.answers["json"] = [(200, b"")]
    with pytest.raises(checked_answers.IncompleteAnswerError):
        Clients(endpoint.url, "us-east-1")("s3").put_object(Bucket="reports", Key="d-1/report.json", Body=b'{"a": 1}')

    assert endpoint.asked == [("json", {"a": 1})] * ATTEMPTS
