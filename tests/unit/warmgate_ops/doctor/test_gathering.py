"""What the SDK answers becomes facts: missing, denied with the reason, or what was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError

from warmgate.model.deployment import Target
from warmgate_ops.doctor.facts import Denied, Missing, NotSeen, PolicyFacts, see
from warmgate_ops.doctor.gathering.functions import version_facts
from warmgate_ops.doctor.gathering.hooks import leads_out, table_of
from warmgate_ops.doctor.gathering.looking import look
from warmgate_ops.doctor.gathering.policies import read_policy_facts

TARGET = Target("checkout-api", "live")


def raising(error: Exception) -> Any:
    """Return a look-up that fails."""

    def read() -> None:
        raise error

    return read


def refusal(code: str) -> ClientError:
    """Return an error as the SDK raises it."""
    return ClientError({"Error": {"Code": code, "Message": "not\n today"}}, "GetAlias")


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "NoSuchEntity", "DeploymentGroupDoesNotExistException"])
def test_what_is_not_there_is_missing(code: str) -> None:
    """An absent thing is a fact of its own, neither denied nor empty."""
    assert look("lambda:f", "lambda:GetAlias", raising(refusal(code))) == Missing(place="lambda:f")


def test_a_denied_look_up_names_the_action_to_allow() -> None:
    """One line: the action, AWS's code and words, and what to do."""
    found = look("lambda:f", "lambda:GetAlias", raising(refusal("AccessDeniedException")))

    assert isinstance(found, Denied)
    assert found.reason == (
        "lambda:GetAlias: AccessDeniedException: An error occurred (AccessDeniedException) when calling the GetAlias"
        " operation: not today; allow lambda:GetAlias to the caller"
    )


@pytest.mark.parametrize(
    "error",
    [
        refusal("ThrottlingException"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
        KeyError("FunctionVersion"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_failed_was_not_seen(error: Exception) -> None:
    """Throttles, networks and answers that are not AWS's are denied facts, with no permission to add."""
    found = look("lambda:f", "lambda:GetAlias", raising(error))

    assert isinstance(found, Denied)
    assert "allow" not in found.reason


@pytest.mark.parametrize(
    "error",
    [NoRegionError(), NoCredentialsError(), refusal("ExpiredToken")],
    ids=lambda error: type(error).__name__,
)
def test_an_account_that_cannot_be_asked_at_all_ends_every_look(error: Exception) -> None:
    """No other look-up would be answered either: the cause is told once, not for every check."""
    with pytest.raises(type(error)):
        look("lambda:f", "lambda:GetAlias", raising(error))


def test_a_bug_is_not_taken_for_a_denial() -> None:
    """Whatever else is raised is raised on."""
    with pytest.raises(ZeroDivisionError):
        look("lambda:f", "lambda:GetAlias", raising(ZeroDivisionError()))


@pytest.mark.parametrize("fact", [None, Missing(place="x"), Denied(place="x", reason="y")])
def test_what_was_not_seen_cannot_be_used(fact: Any) -> None:
    """Only a denial has something to tell."""
    with pytest.raises(NotSeen) as raised:
        see(fact)

    assert raised.value.denied == (fact if isinstance(fact, Denied) else None)


@pytest.mark.parametrize(
    ("route", "out"),
    [
        ({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}, True),
        ({"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1"}, True),
        ({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}, False),
        ({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"}, False),
        ({"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}, False),
    ],
)
def test_a_function_gets_out_by_a_gateway_that_lends_an_address(route: dict[str, str], out: bool) -> None:
    """An internet gateway needs a public address, which a function in a VPC has not."""
    assert leads_out({"Routes": [route]}) is out


def test_a_subnet_without_a_table_of_its_own_uses_the_main_one() -> None:
    """As EC2 does it; another network's main table is not taken."""
    tables: list[dict[str, Any]] = [
        {"VpcId": "other", "Associations": [{"Main": True}]},
        {"VpcId": "vpc", "Associations": [{"SubnetId": "a"}]},
        {"VpcId": "vpc", "Associations": [{"Main": True}], "Routes": []},
    ]

    assert table_of({"SubnetId": "a", "VpcId": "vpc"}, tables) is tables[1]
    assert table_of({"SubnetId": "b", "VpcId": "vpc"}, tables) is tables[2]
    assert table_of({"SubnetId": "c", "VpcId": "none"}, tables) == {}


def test_settings_are_compared_without_what_publishing_adds() -> None:
    """A version that was published from $LATEST has its settings, though Lambda tells them with more."""
    latest = {
        "Version": "$LATEST",
        "CodeSha256": "c",
        "MemorySize": 256,
        "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"},
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
        "Layers": [{"Arn": "layer:1", "CodeSize": 1}],
        "RevisionId": "a",
    }
    published = {
        **latest,
        "Version": "4",
        "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
        "Layers": [{"Arn": "layer:1", "CodeSize": 2}],
        "RevisionId": "b",
    }
    published.pop("VpcConfig")

    assert version_facts("f", latest).configuration == version_facts("f", published).configuration
    assert version_facts("f", {**latest, "MemorySize": 512}).configuration != version_facts("f", latest).configuration


def test_a_policy_file_is_read_or_its_faults_are(tmp_path: Path) -> None:
    """Every fault of a file given by name is a fact, and so is the policy of a good one."""

    def clients(service: str) -> Any:
        raise AssertionError(f"{service} was asked")

    file = tmp_path / "policy.yaml"
    file.write_text("policy: checkout\nlimits: {duration: {p95: 400}}\nprobs: []\n")
    faulty = read_policy_facts(clients, TARGET, file, tmp_path)
    file.write_text("policy: checkout\n")
    good = read_policy_facts(clients, TARGET, file, tmp_path)

    assert isinstance(faulty, PolicyFacts)
    assert [fault.line for fault in faulty.faults] == [2, 3]
    assert isinstance(good, PolicyFacts)
    assert good.policy is not None
    assert (good.policy.name, good.source) == ("checkout", str(file))


@pytest.mark.parametrize(
    ("tag", "code", "kind"),
    [
        ("ssm:/x", "AccessDeniedException", Denied),
        ("ssm:/x", "ParameterNotFound", PolicyFacts),
        ("bundled:nobody", "", PolicyFacts),
        ("file:/x", "", PolicyFacts),
    ],
)
def test_a_policy_that_cannot_be_had_is_a_fault_and_one_that_may_not_be_read_a_denial(
    tag: str, code: str, kind: type, tmp_path: Path
) -> None:
    """The hook would fail on the first for certain; of the second nothing is known."""

    class Service:
        def get_function_configuration(self, **_: Any) -> dict[str, Any]:
            return {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:checkout-api"}

        def list_tags(self, **_: Any) -> dict[str, Any]:
            return {"Tags": {"warmgate:policy": tag}}

        def get_parameter(self, **_: Any) -> dict[str, Any]:
            raise refusal(code)

    found = read_policy_facts(lambda _service: Service(), TARGET, None, tmp_path)

    assert isinstance(found, kind)
    if isinstance(found, PolicyFacts):
        assert found.unreadable
