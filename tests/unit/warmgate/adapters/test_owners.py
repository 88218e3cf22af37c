"""Whose bucket is read and written, and whose function may be changed: what the adapters ask of AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from support.fakes.world import EXECUTION, World
from warmgate.adapters.policies import TaggedPolicies
from warmgate.adapters.refusals import BucketRefusals
from warmgate.adapters.reports import BucketArchive
from warmgate.adapters.stored_reports import BucketStoredReports
from warmgate.adapters.tags import LambdaAllowTag
from warmgate.errors import FunctionLookupError, PolicyLookupError, ReportError, SettingsError
from warmgate.gate.known_bad import Refusal
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Status, Target
from warmgate.model.release import StoredReport
from warmgate.settings import settings_of
from warmgate_ops.page.stored import case_in_bucket

OWNER = "111122223333"
ARN = f"arn:aws:lambda:us-east-1:{OWNER}:function:checkout"
TARGET = Target(ARN, "live")
REFUSAL = Refusal(function="f", fingerprint="c-p", deployment_id="d-A", reason="slow", refused_at="then")
Clients = Callable[[str], Any]


class Account:
    """Clients of the SDK that send nothing: what is asked is compared with what was announced."""

    def __init__(self) -> None:
        keys = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "s"}
        self._clients = {name: boto3.client(name, **keys) for name in ("s3", "lambda")}
        self._stubs = {name: Stubber(client) for name, client in self._clients.items()}
        for stub in self._stubs.values():
            stub.activate()

    def __call__(self, service: str) -> Any:
        """Return a client."""
        return self._clients[service]

    def denies(self, operation: str, **sent: Any) -> None:
        """Announce a call of S3 with the owner, which S3 denies as it does where another account owns the bucket."""
        parameters = {"Bucket": "reports", "Key": ANY, "ExpectedBucketOwner": OWNER, **sent}
        self._stubs["s3"].add_client_error(operation, "AccessDenied", expected_params=parameters)

    def tagged(self, **tags: str) -> None:
        """Announce the look-up of a function's tags."""
        self._stubs["lambda"].add_response(
            "list_tags", {"Tags": {name.replace("_", ":"): value for name, value in tags.items()}}, {"Resource": ARN}
        )

    def unreadable(self) -> None:
        """Announce a look-up of tags that is denied."""
        self._stubs["lambda"].add_client_error("list_tags", "AccessDeniedException")

    @property
    def asked(self) -> bool:
        """Return whether all that was announced was asked."""
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()
        return True


@pytest.fixture
def account() -> Account:
    """Give an account in which each call is announced."""
    return Account()


def _publish(clients: Clients) -> None:
    world = World()
    judgement = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297)).judgement
    assert judgement is not None
    BucketArchive(clients, "reports", account=OWNER).publish(judgement, Status.SUCCEEDED)


PUT = {"Body": ANY, "ContentType": ANY}
USES = {
    "report": ("put_object", PUT, _publish),
    "completed report": (
        "put_object",
        PUT,
        lambda clients: BucketStoredReports(clients, "reports", account=OWNER).write("d-A", StoredReport({}, "")),
    ),
    "stored report": (
        "get_object",
        {},
        lambda clients: BucketStoredReports(clients, "reports", account=OWNER).read("d-A"),
    ),
    "kept refusal": (
        "put_object",
        PUT,
        lambda clients: BucketRefusals(clients, "reports", account=OWNER).keep(REFUSAL),
    ),
    "found refusal": (
        "get_object",
        {},
        lambda clients: BucketRefusals(clients, "reports", account=OWNER).find("f", "c"),
    ),
    "page": ("get_object", {}, lambda clients: case_in_bucket(clients, "reports", "", "d-A", OWNER)),
}


@pytest.mark.parametrize("use", USES)
def test_a_bucket_of_another_account_is_neither_read_nor_written(account: Account, use: str) -> None:
    """Each call names the owner, so that S3 denies it where the bucket's name was taken by somebody else."""
    operation, sent, done = USES[use]
    account.denies(operation, **sent)

    with pytest.raises(ReportError, match="AccessDenied"):
        done(account)
    assert account.asked


def test_a_policy_of_another_accounts_bucket_is_not_read(account: Account) -> None:
    """The tag names a bucket by its name alone; the settings say whose it must be."""
    account.tagged(warmgate_policy="s3://reports/policy.yaml")
    account.denies("get_object")

    with pytest.raises(PolicyLookupError, match="AccessDenied"):
        TaggedPolicies(account, Path(), account=OWNER).find(TARGET, Deadline(1e18))
    assert account.asked


@pytest.mark.parametrize(
    ("tags", "allowed"), [({"warmgate_allow": "true"}, True), ({"warmgate_allow": "false"}, False), ({}, False)]
)
def test_a_function_may_be_changed_where_its_owner_says_so(
    account: Account, tags: dict[str, str], *, allowed: bool
) -> None:
    """Only the value `true` allows it."""
    account.tagged(**tags)

    assert LambdaAllowTag(account, required=True).allows(TARGET) is allowed


def test_where_no_tag_is_required_none_is_looked_up(account: Account) -> None:
    """No call is made that the setting makes needless."""
    assert LambdaAllowTag(account, required=False).allows(TARGET)


def test_tags_that_cannot_be_read_are_the_ports_error(account: Account) -> None:
    """Not to know is neither yes nor no."""
    account.unreadable()

    with pytest.raises(FunctionLookupError, match="its tags could not be read: AccessDeniedException"):
        LambdaAllowTag(account, required=True).allows(TARGET)


@pytest.mark.parametrize(("value", "required"), [("true", True), ("false", False), ("", False)])
def test_the_tag_is_required_where_the_environment_says_so(value: str, *, required: bool) -> None:
    """The template's parameter reaches the controller."""
    assert settings_of({"WARMGATE_REQUIRE_ALLOW_TAG": value}).require_allow_tag is required


@pytest.mark.parametrize("value", ["yes", "True", "1"])
def test_a_switch_is_true_or_false(value: str) -> None:
    """A word that might mean either is an error that says what to write."""
    with pytest.raises(SettingsError, match=r"WARMGATE_REQUIRE_ALLOW_TAG: found .* expected true or false"):
        settings_of({"WARMGATE_REQUIRE_ALLOW_TAG": value})
