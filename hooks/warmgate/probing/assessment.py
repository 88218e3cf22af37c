"""What is judged, and what comes of it: a verdict with the samples and the spending behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from warmgate.model.calls import Sample
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Target
from warmgate.model.verdict import Spending, Verdict
from warmgate.policy.values import Policy

NOTHING_SPENT = Spending()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is judged: a candidate and, where there is one, the baseline it is compared with."""

    target: Target
    baseline: str | None
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A verdict with the samples and the spending behind it."""

    verdict: Verdict
    samples: tuple[Sample, ...] = ()
    spending: Spending = NOTHING_SPENT
    notes: tuple[str, ...] = ()


class Judging(Protocol):
    """A way to judge a release."""

    def judge_release(self, deployment: Deployment, policy: Policy, deadline: Deadline) -> Assessment:
        """Return the assessment of a deployment's candidate; raises WarmgateError where nothing could be found out."""
        ...
