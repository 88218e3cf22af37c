"""What makes a deployment a rollback: fields that only AWS writes, or Warmgate's own record; never a description."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.fakes.world import FakeLineage
from warmgate.errors import ClaimError, DeploymentLookupError
from warmgate.lineage.rollback_claims import Author, RollbackClaim, RollbackProof, goes_back
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import UNKNOWN_TARGET, Deployment, Target
from warmgate.model.marks import rollback_mark_of, skip_reason

FIRST = Deployment(
    deployment_id="d-FIRST0000",
    application="shop",
    group="checkout",
    status="Failed",
    target=Target("checkout-api", "live"),
    baseline="6",
    candidate="7",
)
BACK = replace(FIRST, deployment_id="d-BACK00000", status="InProgress", baseline="7", candidate="6")
BY_CODEDEPLOY = replace(BACK, creator="codeDeployRollback", rollback_of="d-FIRST0000")
BY_CLOUDFORMATION = replace(BACK, creator="CloudFormationRollback")
MARKED = replace(BACK, description=f"{rollback_mark_of('d-FIRST0000')} version 7 to 6")
NEVER = Deadline(float("inf"))


def claim_of(deployment: Deployment, **lineage: Any) -> RollbackClaim:
    """Return the claim of a deployment after FIRST."""
    known = FakeLineage(known={"d-FIRST0000": FIRST}, last=FIRST)
    for name, value in lineage.items():
        setattr(known, name, value)
    claim = RollbackProof(known).claim_of(deployment, NEVER)
    assert claim is not None
    return claim


def test_a_release_claims_nothing() -> None:
    """Nobody says that it is a rollback, so nothing is looked up."""
    fails = FakeLineage(fails=DeploymentLookupError("not asked"))
    assert RollbackProof(fails).claim_of(FIRST, NEVER) is None


@pytest.mark.parametrize(
    ("deployment", "by"), [(BY_CODEDEPLOY, Author.CODEDEPLOY), (BY_CLOUDFORMATION, Author.CLOUDFORMATION)]
)
def test_the_fields_of_aws_are_believed_where_the_version_goes_back(deployment: Deployment, by: Author) -> None:
    """CodeDeploy names what it rolls back; CloudFormation's is the group's last release."""
    claim = claim_of(deployment)

    assert (claim.by, claim.rolls_back, claim.proven) == (by, "d-FIRST0000", True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"candidate": "8"}, "takes the alias to version 8, and d-FIRST0000 began from 6"),
        ({"candidate": "7"}, "takes the alias to version 7"),
        ({"group": "other"}, "a deployment of shop/checkout, not of shop/other"),
        ({"application": "stall"}, "a deployment of shop/checkout, not of stall/checkout"),
        ({"target": Target("checkout-api", "beta")}, "is about checkout-api:live"),
        ({"target": Target("other", "live")}, "is about checkout-api:live"),
    ],
)
@pytest.mark.parametrize("deployment", [BY_CODEDEPLOY, BY_CLOUDFORMATION, MARKED], ids=["codedeploy", "stack", "mark"])
def test_another_way_is_no_way_back(deployment: Deployment, change: dict[str, Any], why: str) -> None:
    """Whoever says so, and whatever is recorded: the versions, the alias and the group must be those."""
    claim = claim_of(replace(deployment, **change), made={"d-FIRST0000": "d-BACK00000"})

    assert not claim.proven
    assert why in claim.reason
    assert claim.reason.startswith("NOT A ROLLBACK: ")


@pytest.mark.parametrize("recorded", [{}, {"d-FIRST0000": "d-OTHER0000"}, {"d-OTHER0000": "d-BACK00000"}])
def test_a_mark_without_the_record_is_not_believed(recorded: dict[str, str]) -> None:
    """Anybody can write it: even a deployment that swaps the versions is judged."""
    claim = claim_of(MARKED, made=recorded)

    assert (claim.by, claim.proven) == (Author.DESCRIPTION, False)
    assert "record" in claim.reason


@pytest.mark.parametrize("made", ["d-BACK00000", ""], ids=["noted", "being made"])
def test_a_mark_with_the_record_is_believed(made: str) -> None:
    """The run that made it may have died before it noted the id: then the versions must be the swapped ones."""
    assert claim_of(MARKED, made={"d-FIRST0000": made}).proven


def test_a_mark_beside_a_record_that_is_not_noted_needs_the_swapped_versions() -> None:
    """A deployment from another version is none of Warmgate's."""
    claim = claim_of(replace(MARKED, baseline="5"), made={"d-FIRST0000": ""})
    assert not claim.proven


def test_recovery_is_not_blocked_for_want_of_an_answer() -> None:
    """Only AWS writes its fields; a description's claim that cannot be checked is judged."""
    down = DeploymentLookupError("throttled")

    assert claim_of(BY_CODEDEPLOY, fails=down).proven
    assert claim_of(BY_CLOUDFORMATION, fails=down).proven
    assert not claim_of(MARKED, fails=ClaimError("no table")).proven


def test_a_stack_rollback_with_nothing_before_it_is_not_believed() -> None:
    """There is no release that it could roll back."""
    assert not claim_of(BY_CLOUDFORMATION, last=None).proven


def test_a_rollback_of_a_rollback_leads_to_the_release() -> None:
    """What was rolled back in vain is rolled back to the same version; towards the refused one it is no rollback."""
    known = {"d-FIRST0000": FIRST, "d-BACK00000": BY_CODEDEPLOY}
    again = replace(BY_CODEDEPLOY, deployment_id="d-AGAIN0000", rollback_of="d-BACK00000")

    assert claim_of(again, known=known).rolls_back == "d-FIRST0000"
    assert claim_of(again, known=known).proven
    assert not claim_of(replace(again, baseline="6", candidate="7"), known=known).proven


def test_a_circle_of_claims_ends() -> None:
    """Two deployments that cite each other, or one that cites itself, prove nothing."""
    one = replace(BY_CODEDEPLOY, deployment_id="d-ONE", rollback_of="d-TWO")
    two = replace(BY_CODEDEPLOY, deployment_id="d-TWO", rollback_of="d-ONE")
    itself = replace(BY_CODEDEPLOY, deployment_id="d-ONE", rollback_of="d-ONE")

    assert not claim_of(one, known={"d-ONE": one, "d-TWO": two}).proven
    assert not claim_of(itself, known={"d-ONE": itself}).proven


def test_an_unknown_target_goes_nowhere() -> None:
    """Without function and alias nothing is proven by versions."""
    assert goes_back(BACK, FIRST)
    assert not goes_back(replace(BACK, target=UNKNOWN_TARGET), FIRST)
    assert not goes_back(BACK, replace(FIRST, target=UNKNOWN_TARGET))


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("hotfix [warmgate skip: incident 4711]", "incident 4711"),
        ("[Warmgate SKIP:  two\n lines ]", "two lines"),
        ("[warmgate skip]", ""),
        ("[warmgate skip: ]", ""),
        ("[warmgate skip:\t]", ""),
        ("[warmgate skip", None),
        ("[warmgate skipper: x]", None),
        ("warmgate skip: x", None),
        ("[warmgate skip: [no] x]", None),
        ("[warmgate skip [warmgate skip: later]", "later"),
        ("", None),
    ],
)
def test_a_skip_is_read_with_its_reason(description: str, reason: str | None) -> None:
    """Empty is a skip without a reason, None is no skip."""
    assert skip_reason(description) == reason


@pytest.mark.parametrize("unit", ["[warmgate skip:", " ", "[warmgate skip: ", "[", "[warmgate skip:  \t", "İ"])
def test_reading_a_description_costs_its_length(unit: str) -> None:
    """A pattern that goes back over what it has read would not end within the suite's time-out."""
    assert skip_reason("[warmgate skip:" + unit * (400_000 // len(unit))) is None
