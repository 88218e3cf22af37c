"""What every implementation of Policies promises, and where the hook's own one looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.stages.ports import FUNCTION, PoliciesStage
from warmgate.adapters.policies import KINDS, TAG, TaggedPolicies, read_policy
from warmgate.errors import PolicyError, PolicyLookupError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
SOON = Deadline(1e18)
BUCKET = "contract-policies"
WITH_FILE = "policy: from-s3\nprobes: [{name: p, payload_file: payloads/p.json}]\n"

Tag = Callable[[str], None]


class TestPolicies:
    """Find."""

    def test_a_policy_comes_with_its_source(self, policies: PoliciesStage) -> None:
        """The report can say where the limits came from."""
        policy, source = policies.having("good").find(policies.target, SOON)

        assert (policy.name, source) == policies.expected

    def test_faults_are_the_ports_error(self, policies: PoliciesStage) -> None:
        """A document with faults says where they are."""
        with pytest.raises(PolicyError) as caught:
            policies.having("faulty").find(policies.target, SOON)

        (fault,) = caught.value.faults
        assert (fault.source, fault.line) == (policies.expected[1], 2)
        assert fault.path.startswith("limits")

    def test_a_policy_that_is_not_there_is_the_ports_error(self, policies: PoliciesStage) -> None:
        """The message names the source."""
        with pytest.raises(PolicyLookupError, match=policies.expected[1]):
            policies.having("missing").find(policies.target, SOON)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of bundled policies."""
    (tmp_path / "default.yaml").write_text("policy: default\n")
    (tmp_path / "a-first.yaml").write_text('policy: first\nmatch: [{function: "contract-*", alias: "li*"}]\n')
    (tmp_path / "b-second.yaml").write_text('policy: second\nmatch: [{function: "contract-*"}]\n')
    return tmp_path


@pytest.fixture
def tag(cloud: LocalCloud) -> Iterator[Tag]:
    """Give a way to tag the function with a policy source; the tag is taken away afterwards."""
    client = cloud.client("lambda")
    arn = client.get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    yield lambda source: client.tag_resource(Resource=arn, Tags={TAG: source})
    client.untag_resource(Resource=arn, TagKeys=[TAG])


@pytest.fixture(scope="module")
def stored(cloud: LocalCloud) -> None:
    """Store policies in SSM and S3."""
    cloud.client("ssm").put_parameter(Name="/policies/p", Value="policy: from-ssm\n", Type="String")
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for key, body in {
        "team/policy.yaml": WITH_FILE.encode(),
        "team/payloads/p.json": b'{"a": 1}',
        "policy.yaml": WITH_FILE.encode(),
        "payloads/p.json": b'{"a": 2}',
        "lonely/policy.yaml": WITH_FILE.encode(),
        "binary/policy.yaml": WITH_FILE.encode(),
        "binary/payloads/p.json": b"\xff\xfe",
        "binary.yaml": b"\xff\xfe",
    }.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def found(cloud: LocalCloud, folder: Path, alias: str = "live", allowed: tuple[str, ...] = KINDS) -> tuple[str, str]:
    """Return the name and the source of the policy that applies."""
    policy, source = TaggedPolicies(cloud.client, folder, allowed).find(Target(FUNCTION, alias), SOON)
    return policy.name, source


def test_the_first_bundled_match_applies(cloud: LocalCloud, folder: Path) -> None:
    """Without a tag the first match in the order of names decides."""
    assert found(cloud, folder) == ("first", "bundled:a-first")
    assert found(cloud, folder, alias="beta") == ("second", "bundled:b-second")


def test_what_nothing_matches_gets_the_default(cloud: LocalCloud, folder: Path) -> None:
    """default.yaml applies to the rest."""
    (folder / "b-second.yaml").unlink()

    assert found(cloud, folder, alias="beta") == ("default", "bundled:default")


PINNED = 'policy: strict\npinned: true\nmatch: [{function: "contract-*", alias: "li*"}]\n'


def test_no_tag_replaces_a_pinned_policy(cloud: LocalCloud, folder: Path, tag: Tag) -> None:
    """Who may tag a function may choose its policy, but not against one that is pinned for it."""
    (folder / "z-strict.yaml").write_text(PINNED)
    tag("bundled:b-second")

    assert found(cloud, folder) == ("strict", "bundled:z-strict (pinned)")
    assert found(cloud, folder, alias="beta") == ("second", "bundled:b-second")


def test_a_pinned_default_leaves_tags_no_say(cloud: LocalCloud, folder: Path, tag: Tag) -> None:
    """It is for every function that no other pinned policy is for."""
    (folder / "default.yaml").write_text("policy: default\npinned: true\n")
    tag("bundled:b-second")

    assert found(cloud, folder, alias="beta") == ("default", "bundled:default (pinned)")


def test_a_word_is_no_pin(cloud: LocalCloud, folder: Path, tag: Tag) -> None:
    """A comment, or `pinned: false`, leaves the tag its say."""
    (folder / "a-first.yaml").write_text("# to be pinned\n" + (folder / "a-first.yaml").read_text() + "pinned: false\n")
    tag("bundled:b-second")

    assert found(cloud, folder) == ("second", "bundled:b-second")


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("bundled:b-second", "second"),
        ("ssm:/policies/p", "from-ssm"),
        (f"s3://{BUCKET}/team/policy.yaml", "from-s3"),
    ],
)
def test_a_tag_comes_first(cloud: LocalCloud, folder: Path, tag: Tag, source: str, name: str) -> None:
    """Bundled by name, from SSM, and from S3."""
    tag(source)

    assert found(cloud, folder) == (name, source)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(("key", "payload"), [("team/policy.yaml", {"a": 1}), ("policy.yaml", {"a": 2})])
def test_payload_files_lie_beside_their_policy(
    cloud: LocalCloud, folder: Path, tag: Tag, key: str, payload: dict[str, int]
) -> None:
    """A policy in S3 finds its files under its own prefix, at the top of a bucket too."""
    tag(f"s3://{BUCKET}/{key}")

    policy, _ = TaggedPolicies(cloud.client, folder).find(Target(FUNCTION, "live"), SOON)

    assert policy.probes[0].payload == payload


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(("where", "said"), [("lonely", "NoSuchKey for s3:"), ("binary", "UnicodeDecodeError for s3:")])
def test_a_payload_file_that_cannot_be_read_is_a_fault_of_the_policy(
    cloud: LocalCloud, folder: Path, tag: Tag, where: str, said: str
) -> None:
    """Neither the SDK's errors nor those of decoding get out; the fault has its line."""
    tag(f"s3://{BUCKET}/{where}/policy.yaml")

    with pytest.raises(PolicyError, match=said) as caught:
        found(cloud, folder)

    assert caught.value.faults[0].line == 2


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("bundled:nowhere", "no bundled policy 'nowhere.yaml'"),
        ("bundled:../default", "no bundled policy '../default.yaml'"),
        ("ssm:/nowhere", "ssm:/nowhere could not be read"),
        ("s3://nowhere/policy.yaml", "s3://nowhere/policy.yaml could not be read"),
        (f"s3://{BUCKET}/nowhere.yaml", "nowhere.yaml could not be read: NoSuchKey"),
        (f"s3://{BUCKET}/binary.yaml", "binary.yaml could not be read: UnicodeDecodeError"),
        ("appconfig:a/b", "expected app/env/profile"),
        ("appconfig:a/b/c", "appconfig:a/b/c could not be read"),
        ("https://example.com", "write bundled:NAME"),
    ],
)
def test_a_source_that_cannot_be_read_says_why(
    cloud: LocalCloud, folder: Path, tag: Tag, source: str, said: str
) -> None:
    """The error names the source and what to do."""
    tag(source)

    with pytest.raises(PolicyLookupError, match=said):
        found(cloud, folder)


@pytest.mark.parametrize("source", ["ssm:/policies/p", "s3://any/where", "appconfig:a/b/c"])
def test_a_kind_of_source_may_be_forbidden(cloud: LocalCloud, folder: Path, tag: Tag, source: str) -> None:
    """The hook's environment restricts what a tag may name."""
    tag(source)

    with pytest.raises(PolicyLookupError, match="not allowed here, allowed are bundled"):
        found(cloud, folder, allowed=("bundled",))


def test_a_function_that_is_not_there_is_the_ports_error(cloud: LocalCloud, folder: Path) -> None:
    """Tags that cannot be read are no reason for the default."""
    with pytest.raises(PolicyLookupError, match="nobody: its tags could not be read"):
        TaggedPolicies(cloud.client, folder).find(Target("nobody", "live"), SOON)


def test_a_service_that_cannot_be_reached_is_the_ports_error(unreachable: Callable[[str], Any], folder: Path) -> None:
    """Nothing of the SDK gets out."""
    with pytest.raises(PolicyLookupError, match="EndpointConnectionError"):
        TaggedPolicies(unreachable, folder).find(Target(FUNCTION, "live"), SOON)


@pytest.mark.parametrize(("link", "said"), [("secret.json", "a link that leads out"), ("p.json", "leads to itself")])
def test_a_link_leads_nowhere_out_of_the_policys_folder(tmp_path: Path, link: str, said: str) -> None:
    """A payload file that is a link to elsewhere, or to itself, is a fault of the policy."""
    (tmp_path / "secret.json").write_text('{"password": 1}')
    inside = tmp_path / "policies"
    (inside / "payloads").mkdir(parents=True)
    (inside / "policy.yaml").write_text(WITH_FILE)
    (inside / "payloads" / "p.json").symlink_to(f"../../{link}" if link == "secret.json" else link)

    with pytest.raises(PolicyError, match=said):
        read_policy(inside / "policy.yaml")
