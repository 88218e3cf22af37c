"""What every implementation of Claims promises, on the fake and on a table; and what a run leaves that is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

from support.stages import release as stages
from support.stages.release import ClaimsStage
from warmgate.adapters.claims import TableClaims
from warmgate.errors import ClaimError
from warmgate.model.release import Claim
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, LocalCloud

pytestmark = pytest.mark.local_cloud
KEY = "guard d-ABCDEF123"
LEASE_MS = 2_500.0
HOLDER = """
import sys, time
import botocore.session
from warmgate.adapters.claims import TableClaims
endpoint, table, lease_ms, key_id, secret = sys.argv[1:]
client = botocore.session.Session().create_client(
    "dynamodb", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=key_id, aws_secret_access_key=secret
)
claims = TableClaims(lambda _service: client, table)
print(claims.claim("guard d-ABCDEF123", float(lease_ms)), flush=True)
while claims.renew("guard d-ABCDEF123", float(lease_ms)):
    time.sleep(float(lease_ms) / 6000)
"""


@pytest.fixture(params=["fake", "adapter"])
def claims(request: pytest.FixtureRequest) -> ClaimsStage:
    """Give both implementations of Claims."""
    return stages.fake_claims() if request.param == "fake" else stages.claims(request.getfixturevalue("cloud"))


class TestClaims:
    """Claim, renew, settle, give up."""

    def test_a_key_is_claimed_once(self, claims: ClaimsStage) -> None:
        """The second claim of a key is held by the first, by whomever; another key is free."""
        runs = [("a", claims.port), ("a", claims.port), ("a", claims.other), ("b", claims.other)]

        answers = [run.claim(key, 60_000) for key, run in runs]

        assert answers == [Claim.TAKEN, Claim.HELD, Claim.HELD, Claim.TAKEN]

    def test_what_is_done_stays_done(self, claims: ClaimsStage) -> None:
        """A settled key is never free again, whatever its lease was, and whoever gives it up."""
        claims.port.claim("a", 200)
        claims.port.settle("a")
        claims.port.give_up("a")
        claims.passes(0.4)

        assert claims.port.claim("a", 60_000) is Claim.DONE
        assert claims.other.claim("a", 60_000) is Claim.DONE
        assert claims.port.renew("a", 60_000) is False

    def test_what_another_run_holds_may_be_settled(self, claims: ClaimsStage) -> None:
        """What has been done has been done, although the lease of who did it ended meanwhile."""
        claims.port.claim("a", 200)
        claims.passes(0.4)
        claims.other.claim("a", 60_000)
        claims.port.settle("a")

        assert claims.other.renew("a", 60_000) is False
        assert claims.other.claim("a", 60_000) is Claim.DONE

    def test_a_claim_given_up_is_free(self, claims: ClaimsStage) -> None:
        """Another run may claim what a run could not do."""
        claims.port.claim("a", 60_000)
        claims.port.give_up("a")

        assert claims.other.claim("a", 60_000) is Claim.TAKEN

    def test_a_claim_is_given_up_by_its_run_alone(self, claims: ClaimsStage) -> None:
        """A run whose lease ended lets go of nothing that another one holds; nor does one that never held it."""
        claims.other.give_up("a")
        claims.port.claim("a", 200)
        claims.other.give_up("a")
        assert claims.other.claim("a", 60_000) is Claim.HELD
        claims.passes(0.4)
        claims.other.claim("a", 60_000)
        claims.port.give_up("a")

        assert claims.port.claim("a", 60_000) is Claim.HELD

    def test_a_claim_ends_with_its_lease(self, claims: ClaimsStage) -> None:
        """A run that died blocks nobody for longer than its lease."""
        claims.port.claim("a", 200)
        claims.passes(0.4)

        assert claims.other.claim("a", 60_000) is Claim.TAKEN

    def test_a_lease_that_is_renewed_does_not_end(self, claims: ClaimsStage) -> None:
        """It lasts from the renewal on, be it shorter or longer than before."""
        claims.port.claim("a", 300)
        assert claims.port.renew("a", 60_000) is True
        claims.passes(0.5)
        assert claims.other.claim("a", 60_000) is Claim.HELD
        assert claims.port.renew("a", 200) is True
        claims.passes(0.4)

        assert claims.other.claim("a", 60_000) is Claim.TAKEN

    def test_a_lease_that_ended_is_renewed_while_nobody_took_over(self, claims: ClaimsStage) -> None:
        """A run that was slow has lost nothing yet."""
        claims.port.claim("a", 200)
        claims.passes(0.4)
        assert claims.port.renew("a", 60_000) is True

        assert claims.other.claim("a", 60_000) is Claim.HELD

    def test_who_was_replaced_hears_of_it(self, claims: ClaimsStage) -> None:
        """A lease that another run has taken over, or let go of since, is not renewed; nor is a free key."""
        assert claims.port.renew("a", 60_000) is False
        claims.port.claim("a", 200)
        claims.passes(0.4)
        claims.other.claim("a", 60_000)
        assert claims.port.renew("a", 60_000) is False
        assert claims.other.renew("a", 60_000) is True
        claims.other.give_up("a")

        assert claims.port.renew("a", 60_000) is False

    def test_a_table_that_is_not_there_is_the_ports_error(self, claims: ClaimsStage) -> None:
        """Nothing else gets out of any method."""
        port = claims.closed
        calls: list[Callable[[], object]] = [
            lambda: port.claim("a", 1),
            lambda: port.renew("a", 1),
            lambda: port.settle("a"),
            lambda: port.give_up("a"),
        ]
        for call in calls:
            with pytest.raises(ClaimError):
                call()


def test_an_item_is_one_of_powertools_idempotency(cloud: LocalCloud) -> None:
    """Its layer reads what a claim wrote, under the fields that it writes itself."""
    table, client = stages.claims_table(cloud), cloud.client("dynamodb")
    claims = TableClaims(cloud.client, table)
    claims.claim("a", 60_000)
    (item,) = client.scan(TableName=table)["Items"]
    found = DynamoDBPersistenceLayer(table_name=table, boto3_client=client)._item_to_data_record(item)
    claims.settle("a")
    (settled,) = client.scan(TableName=table)["Items"]

    assert (found.idempotency_key, found.status, found.is_expired) == ("a", "INPROGRESS", False)
    assert 0 < int(found.in_progress_expiry_timestamp or 0) / 1000 - time.time() <= 60
    assert settled["status"] == {"S": "COMPLETED"}


def test_a_claim_whose_answer_was_lost_is_not_held_by_a_stranger(cloud: LocalCloud) -> None:
    """The SDK writes again, meets its own item, and the run knows it."""
    table = stages.claims_table(cloud)

    class LosesAnAnswer:
        """A client that makes a write twice, as the SDK does where the first answer was lost."""

        def update_item(self, **request: Any) -> Any:
            cloud.client("dynamodb").update_item(**request)
            return cloud.client("dynamodb").update_item(**request)

        def __getattr__(self, name: str) -> Any:
            return getattr(cloud.client("dynamodb"), name)

    claims = TableClaims(lambda _service: LosesAnAnswer(), table)
    assert claims.claim("a", 60_000) is Claim.TAKEN
    assert claims.renew("a", 60_000) is True
    assert TableClaims(cloud.client, table).claim("a", 60_000) is Claim.HELD


@pytest.fixture
def holder(cloud: LocalCloud) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Give a table, and a process that has claimed a key of it and renews its lease."""
    table = stages.claims_table(cloud)
    command = [sys.executable, "-c", HOLDER, cloud.endpoint_url, table, str(LEASE_MS), *CREDENTIALS.values()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": "hooks"}) as found:
        try:
            assert found.stdout is not None
            assert found.stdout.readline().strip() == "taken"
            yield table, found
        finally:
            found.kill()


def test_a_process_that_is_killed_keeps_nobody_out_for_longer_than_its_lease(
    cloud: LocalCloud, holder: tuple[str, subprocess.Popen[str]]
) -> None:
    """As long as it lives its key is held, far beyond one lease; once it is killed, until the lease is over."""
    table, process = holder
    claims = TableClaims(cloud.client, table)
    for _ in range(4):
        assert claims.claim(KEY, LEASE_MS) is Claim.HELD
        time.sleep(LEASE_MS / 2000)
    process.kill()
    process.wait()
    assert claims.claim(KEY, LEASE_MS) is Claim.HELD
    time.sleep(LEASE_MS / 1000)

    assert claims.claim(KEY, LEASE_MS) is Claim.TAKEN
