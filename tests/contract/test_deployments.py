"""What every implementation of Deployments promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.stages.ports import FUNCTION, DeploymentsStage, appspec, start_deployment
from warmgate.adapters.codedeploy import CodeDeployDeployments
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import DeploymentLookupError, StatusReportError
from warmgate.lineage.rollback_claims import Author, RollbackProof, author_of
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import HookExecution, LifecycleEvent, Status
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
NOWHERE = HookExecution("d-NOWHERE00", "execution")


class TestDeployments:
    """Describe and tell."""

    def test_a_deployment_is_described(self, deployments: DeploymentsStage) -> None:
        """Function, alias, both versions, the hook that waits, and what the release engineer wrote."""
        execution = deployments.open("[warmgate skip: drill]")

        found = deployments.about(execution)

        assert found.deployment_id == execution.deployment_id
        assert found.target == deployments.target
        assert (found.baseline, found.candidate) == deployments.versions
        assert (found.lifecycle_event, found.reported) == (LifecycleEvent.BEFORE_ALLOW_TRAFFIC, None)
        assert (author_of(found), found.description) == (None, "[warmgate skip: drill]")

    def test_a_status_is_told_once(self, deployments: DeploymentsStage) -> None:
        """The first telling counts, whatever the others say."""
        execution = deployments.open("")

        answers = [
            deployments.report_status(execution, status) for status in (Status.FAILED, Status.SUCCEEDED, Status.FAILED)
        ]

        assert answers == [True, False, False]

    @pytest.mark.parametrize("status", list(Status))
    def test_what_was_told_is_described(self, deployments: DeploymentsStage, status: Status) -> None:
        """A retry of the event sees that it has nothing to do."""
        execution = deployments.open("")
        deployments.report_status(execution, status)

        found = deployments.about(execution)

        assert (found.lifecycle_event, found.reported) == (None, status)

    def test_a_rollback_is_recognised(self, deployments: DeploymentsStage) -> None:
        """The deployment that CodeDeploy makes after a refusal says what it is, and its hook waits."""
        found = deployments.about(deployments.rolled_back())

        claim = RollbackProof(deployments.lineage).claim_of(found, deployments.deadline())
        assert claim is not None
        assert (claim.by, claim.proven) == (Author.CODEDEPLOY, True)
        assert (found.lifecycle_event, found.reported) == (LifecycleEvent.BEFORE_ALLOW_TRAFFIC, None)

    def test_a_description_makes_no_rollback(self, deployments: DeploymentsStage) -> None:
        """A mark that nobody recorded is a claim that is not proven."""
        found = deployments.about(deployments.open("[warmgate rollback of d-ABCDEF999]"))

        claim = RollbackProof(deployments.lineage).claim_of(found, deployments.deadline())
        assert claim is not None
        assert (claim.by, claim.proven) == (Author.DESCRIPTION, False)

    def test_an_unknown_deployment_is_the_ports_error(self, deployments: DeploymentsStage) -> None:
        """Neither describing nor telling lets another error out, and both name the deployment."""
        with pytest.raises(DeploymentLookupError, match="d-NOWHERE00"):
            deployments.about(NOWHERE)
        with pytest.raises(StatusReportError, match="d-NOWHERE00"):
            deployments.report_status(NOWHERE, Status.FAILED)

    def test_an_unknown_execution_is_the_ports_error(self, deployments: DeploymentsStage) -> None:
        """A status for a hook that was never called is refused, and the one that waits is still to be told."""
        execution = deployments.open("")

        with pytest.raises(StatusReportError, match=execution.deployment_id):
            deployments.report_status(HookExecution(execution.deployment_id, "another"), Status.FAILED)

        assert deployments.report_status(execution, Status.SUCCEEDED) is True


class RefusingTargets:
    """A client that may not read targets; everything else is the real one's."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def list_deployment_targets(self, **_: object) -> None:
        """Refuse as IAM does."""
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListDeploymentTargets")


@pytest.mark.parametrize(
    "revision",
    [
        {"revisionType": "AppSpecContent", "appSpecContent": {"content": appspec()}},
        {"revisionType": "String", "string": {"content": appspec()}},
    ],
    ids=lambda revision: str(revision["revisionType"]),
)
def test_without_targets_the_revision_is_read(cloud: LocalCloud, revision: dict[str, Any]) -> None:
    """A role that may not read targets still finds function and versions in the AppSpec, as SAM and others carry it."""
    execution = start_deployment(cloud, "from the revision", **revision)
    clock = SystemClock()
    port = CodeDeployDeployments(RefusingTargets(cloud.client("codedeploy")), clock)

    found = port.describe(execution, Deadline(clock.now_ms() + 3_000))

    assert (found.target.function, found.target.alias) == (FUNCTION, "live")
    assert (found.baseline, found.candidate) == ("1", "2")
    assert (found.lifecycle_event, found.description) == (LifecycleEvent.BEFORE_ALLOW_TRAFFIC, "from the revision")


class Denying:
    """S3 as a role meets it that may not read the object."""

    def get_object(self, **_: object) -> None:
        """Refuse as IAM does."""
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")


@pytest.fixture
def at_first_unknown(cloud: LocalCloud) -> Iterator[None]:
    """Have targets say nothing of their function before BeforeAllowTraffic has ended."""
    cloud.conditions.no_function_info = True
    yield
    cloud.conditions.no_function_info = False


def stored(cloud: LocalCloud, *texts: str) -> list[dict[str, str]]:
    """Store texts as versions of one object of a bucket; return where each of them is."""
    client, bucket = cloud.client("s3"), "contract-revisions"
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    place = {"bucket": bucket, "key": "appspec.json", "bundleType": "JSON"}
    made = [client.put_object(Bucket=bucket, Key=place["key"], Body=text.encode()) for text in texts]
    return [{**place, "version": each["VersionId"], "eTag": each["ETag"]} for each in made]


@pytest.mark.usefixtures("at_first_unknown")
def test_a_target_without_a_function_leaves_the_revision_to_be_read(cloud: LocalCloud) -> None:
    """Whatever carries it; of an object in S3 exactly the version that is deployed, by CodeDeploy and by the hook."""
    clock = SystemClock()
    port = CodeDeployDeployments(cloud.client("codedeploy"), clock, clients=cloud.client)
    old, _ = stored(cloud, appspec(), appspec().replace('"2"', '"99"'))

    revisions: list[dict[str, Any]] = [{}, {"revisionType": "S3", "s3Location": old}]
    for revision in revisions:
        found = port.describe(start_deployment(cloud, **revision), Deadline(clock.now_ms() + 5_000))
        assert (found.target.function, found.baseline, found.candidate) == (FUNCTION, "1", "2")
        assert found.lifecycle_event is LifecycleEvent.BEFORE_ALLOW_TRAFFIC


@pytest.mark.usefixtures("at_first_unknown")
def test_an_appspec_that_may_not_be_read_says_what_to_do(cloud: LocalCloud) -> None:
    """The error names the object and the parameter of the stack; no other AppSpec is taken for it."""
    (place,) = stored(cloud, appspec())
    execution = start_deployment(cloud, revisionType="S3", s3Location=place)
    clock = SystemClock()
    port = CodeDeployDeployments(cloud.client("codedeploy"), clock, clients=lambda _: Denying())

    with pytest.raises(DeploymentLookupError, match=r"appspec\.json could not be read") as error:
        port.describe(execution, Deadline(clock.now_ms() + 3_000))
    assert "RevisionBucket" in str(error.value)


def test_a_revision_with_another_etag_is_not_deployed(cloud: LocalCloud) -> None:
    """CodeDeploy fails the deployment and moves nothing."""
    (place,) = stored(cloud, appspec())
    client, group = cloud.client("codedeploy"), f"etag-{time.monotonic_ns()}"
    role = "arn:aws:iam::123456789012:role/contracts"
    client.create_deployment_group(applicationName="contracts", deploymentGroupName=group, serviceRoleArn=role)
    made = client.create_deployment(
        applicationName="contracts",
        deploymentGroupName=group,
        revision={"revisionType": "S3", "s3Location": {**place, "eTag": "0" * 32}},
    )
    for _ in range(100):
        found = client.get_deployment(deploymentId=made["deploymentId"])["deploymentInfo"]
        if found["status"] == "Failed":
            break
        time.sleep(0.05)

    assert found["errorInformation"]["code"] == "REVISION_MISSING"


def test_a_service_that_cannot_be_reached_is_the_ports_error(unreachable: Callable[[str], Any]) -> None:
    """Nothing of the SDK gets out, and the deadline is kept."""
    clock = SystemClock()
    port, started_ms = CodeDeployDeployments(unreachable("codedeploy"), clock), clock.now_ms()

    with pytest.raises(DeploymentLookupError, match="d-NOWHERE00"):
        port.describe(NOWHERE, Deadline(started_ms + 200))
    with pytest.raises(StatusReportError, match="d-NOWHERE00"):
        port.report_status(NOWHERE, Status.FAILED, Deadline(started_ms + 400))

    assert clock.now_ms() - started_ms < 5_000
