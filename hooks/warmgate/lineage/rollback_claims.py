"""Whether a deployment is the rollback that it is said to be: one answer for hooks, guard, controller and command line.

A rollback passes unjudged, so nobody becomes one by what he writes. CodeDeploy's own fields count where the versions go
back to what the rolled back deployment began from, in the same group. A mark in the description counts where Warmgate's
own record names the very deployment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.model.marks import ROLLBACK_MARK

ROLLED_BACK_STACK = "CloudFormationRollback"
"""The creator that CodeDeploy names where CloudFormation rolls a stack back."""
LONGEST_CHAIN = 3
"""Rollbacks of rollbacks that are followed: a deployment back, after CodeDeploy's own rollback has failed."""


class Author(StrEnum):
    """Who says that a deployment is a rollback."""

    CODEDEPLOY = "CodeDeploy"
    CLOUDFORMATION = "CloudFormation"
    DESCRIPTION = "its description"


class Lineage(Protocol):
    """Where a deployment comes from."""

    def described(self, deployment_id: str, deadline: Deadline) -> Deployment:
        """Return another deployment; raises DeploymentLookupError."""
        ...

    def before(self, deployment: Deployment, deadline: Deadline) -> Deployment | None:
        """Return the group's last deployment before this one that is no rollback; raises DeploymentLookupError."""
        ...

    def made_back(self, deployment_id: str) -> str | None:
        """Return the deployment that Warmgate's record says it made back from one; raises ClaimError.

        Empty where a run began to make one and has not noted which, None where there is no record.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackClaim:
    """That a deployment is a rollback, by whom it is said, and whether it is proven."""

    by: Author
    rolls_back: str
    """The deployment that is said to be rolled back; empty where it is not known."""
    proven: bool
    reason: str
    """One line: why it is believed, or why not."""
    unchecked: bool = False
    """Whether it is not proven only because a look-up failed: asking again may prove it."""


@dataclass(frozen=True, slots=True)
class RollbackProof:
    """Looks up what proves a claim, for deployments that make one."""

    lineage: Lineage

    def claim_of(self, deployment: Deployment, deadline: Deadline) -> RollbackClaim | None:
        """Return the checked claim of a deployment, None where nobody says that it is a rollback. Never raises."""
        by = author_of(deployment)
        if by is None:
            return None
        if by is Author.DESCRIPTION:
            return self._by_record(deployment, deadline)
        return self._by_fields(deployment, by, deadline)

    def _by_fields(self, deployment: Deployment, by: Author, deadline: Deadline) -> RollbackClaim:
        try:
            first = self._first(deployment, deadline)
        except Exception as error:  # noqa: BLE001 - nobody but AWS writes these fields, and recovery is never blocked
            return _claim(by, deployment, f"{by} says so; what it rolls back could not be looked up: {error}")
        if first is None:
            return _claim(by, deployment, wrong=f"{by} says so, but no deployment of its group came before it")
        wrong = _contradiction(deployment, first)
        return _claim(by, deployment, f"{by} rolls back {first.deployment_id} with it", wrong, first.deployment_id)

    def _by_record(self, deployment: Deployment, deadline: Deadline) -> RollbackClaim:
        cited = cited_by(deployment)
        try:
            wrong = self._not_recorded(deployment, cited, deadline)
        except Exception as error:  # noqa: BLE001 - what could not be checked is judged
            unchecked = _claim(Author.DESCRIPTION, deployment, wrong=f"that could not be checked: {error}")
            return replace(unchecked, unchecked=True)
        return _claim(Author.DESCRIPTION, deployment, f"Warmgate rolls back {cited} with it", wrong, cited)

    def _not_recorded(self, deployment: Deployment, cited: str, deadline: Deadline) -> str:
        """Return why a mark is not Warmgate's own, empty where it is."""
        made = self.lineage.made_back(cited)
        if made is None:
            return f"Warmgate has no record of a deployment back from {cited}"
        if made and made != deployment.deployment_id:
            return f"Warmgate's record names {made}"
        first = self._first(deployment, deadline)
        if first is None:
            return f"{cited} is not known"
        if made or goes_back(deployment, first):
            return _contradiction(deployment, first)
        return f"it does not take {cited} from version {first.candidate} back to {first.baseline}"

    def _first(self, deployment: Deployment, deadline: Deadline) -> Deployment | None:
        """Return the release at the beginning of a chain of rollbacks."""
        seen, found = {deployment.deployment_id}, self._cited(deployment, deadline)
        for _ in range(LONGEST_CHAIN):
            if found is None or author_of(found) is None or found.deployment_id in seen:
                break
            seen.add(found.deployment_id)
            found = self._cited(found, deadline)
        return found

    def _cited(self, deployment: Deployment, deadline: Deadline) -> Deployment | None:
        cited = cited_by(deployment)
        return self.lineage.described(cited, deadline) if cited else self.lineage.before(deployment, deadline)


def author_of(deployment: Deployment) -> Author | None:
    """Return who says that a deployment is a rollback, AWS before people; None where nobody does."""
    if deployment.creator == ROLLED_BACK_STACK:
        return Author.CLOUDFORMATION
    if deployment.creator == "codeDeployRollback" or deployment.rollback_of:
        return Author.CODEDEPLOY
    return Author.DESCRIPTION if ROLLBACK_MARK.search(deployment.description) else None


def is_made_by_warmgate(rollback: Deployment) -> bool:
    """Return whether a rollback that is proven is one of Warmgate's own, not AWS's."""
    return author_of(rollback) is Author.DESCRIPTION


def cited_by(deployment: Deployment) -> str:
    """Return the deployment that one is said to roll back, empty where none is named."""
    if deployment.rollback_of or deployment.creator == ROLLED_BACK_STACK:
        return deployment.rollback_of
    mark = ROLLBACK_MARK.search(deployment.description)
    return mark["deployment_id"] if mark else ""


def goes_back(deployment: Deployment, first: Deployment) -> bool:
    """Return whether a deployment swaps the versions of a release, for the same alias and in the same group."""
    known = deployment.target.is_known and first.target.is_known
    return known and not _contradiction(deployment, first) and deployment.baseline == first.candidate


def _contradiction(deployment: Deployment, first: Deployment) -> str:
    """Return what speaks against a rollback of `first`, empty where nothing does.

    The version that gets the traffic decides. Where the way begins is CodeDeploy's to say: it redeploys the last good
    revision, whose CurrentVersion is documented nowhere.
    """
    if first.deployment_id == deployment.deployment_id:
        return f"{first.deployment_id} is this deployment itself"
    place, other = (f"{each.application}/{each.group}" for each in (deployment, first))
    if place != other:
        return f"{first.deployment_id} is a deployment of {other}, not of {place}"
    if not (first.target.is_known and deployment.target.is_known):
        return ""
    if first.target != deployment.target:
        return f"{first.deployment_id} is about {first.target.function}:{first.target.alias}"
    if deployment.candidate != first.baseline:
        back, began = deployment.candidate, first.baseline
        return f"it takes the alias to version {back}, and {first.deployment_id} began from {began}"
    return ""


def _claim(by: Author, deployment: Deployment, right: str = "", wrong: str = "", rolls_back: str = "") -> RollbackClaim:
    cited = rolls_back or cited_by(deployment)
    if not wrong:
        return RollbackClaim(by=by, rolls_back=cited, proven=True, reason=right)
    said = f"{by} says that it rolls back {cited}" if cited else f"{by} says that it is a rollback"
    return RollbackClaim(by=by, rolls_back=cited, proven=False, reason=f"NOT A ROLLBACK: {said}, but {wrong}")
