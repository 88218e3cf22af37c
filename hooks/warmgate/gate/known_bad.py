"""Remembers what checks have refused, and knows it again: the same code, configuration and policy. Never in the way.

What cannot be looked up or remembered is logged and judged as if nothing had been refused before.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from warmgate.model.deployment import Deployment, Status
from warmgate.model.function import FunctionVersion
from warmgate.model.verdict import Judgement, Mode, Outcome, Verdict
from warmgate.policy.values import OnKnownBad, Policy
from warmgate.ports.functions import Functions

LONGEST_REASON = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refusal by checks."""

    function: str
    fingerprint: str
    """SHA-256 of the code, a hyphen, SHA-256 of configuration and policy."""
    deployment_id: str
    reason: str
    refused_at: str


class Refusals(Protocol):
    """Where refusals are kept, the last one of each function and code."""

    def find(self, function: str, fingerprint: str) -> Refusal | None:
        """Return the last refusal of a function's code, whatever the rest of its fingerprint; raises ReportError."""
        ...

    def keep(self, refusal: Refusal) -> None:
        """Keep a refusal in the place of an earlier one; raises ReportError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBad:
    """Looks a candidate up before it is judged, and keeps a refusal after it was reported."""

    refusals: Refusals
    functions: Functions
    log: Callable[[str], None] = lambda _line: None

    def fingerprint(self, deployment: Deployment, policy: Policy) -> str:
        """Return what a refusal is remembered by; empty where the policy wants none, or it cannot be found out."""
        if policy.known_bad is not OnKnownBad.REFUSE or policy.mode is not Mode.ENFORCE:
            return ""
        try:
            return fingerprint_of(self.functions.version(deployment.target.function, deployment.candidate), policy)
        except Exception as error:  # noqa: BLE001 - what cannot be looked up never fails a release
            self.log(f"{deployment.deployment_id}: earlier refusals not looked up ({error})")
            return ""

    def verdict_on(self, deployment: Deployment, fingerprint: str) -> Verdict | None:
        """Return the refusal of a candidate that another deployment was refused with; else None."""
        if not fingerprint:
            return None
        try:
            found = self.refusals.find(deployment.target.function, fingerprint)
        except Exception as error:  # noqa: BLE001 - a store that cannot be read never fails a release
            self.log(f"{deployment.deployment_id}: earlier refusals not read ({error})")
            return None
        if found is None or found.fingerprint != fingerprint or found.deployment_id == deployment.deployment_id:
            return None
        return _refused(found)

    def remember(self, judgement: Judgement) -> None:
        """Keep a refusal that findings have made; errors, what is only observed, and one call alone are none."""
        verdict, deployment = judgement.verdict, judgement.deployment
        # One bad call that was not shown to be chance refuses this release, and may have been chance all the same.
        failed = any(each.outcome is Outcome.FAILED and each.bad_count != 1 for each in verdict.findings)
        if not (failed and verdict.status is Status.FAILED and judgement.fingerprint):
            return
        refusal = Refusal(
            function=deployment.target.function,
            fingerprint=judgement.fingerprint,
            deployment_id=deployment.deployment_id,
            reason=verdict.reason[:LONGEST_REASON],
            refused_at=judgement.started_at,
        )
        try:
            self.refusals.keep(refusal)
        except Exception as error:  # noqa: BLE001 - a sink never changes the status
            self.log(f"{deployment.deployment_id}: refusal not kept ({error})")


def fingerprint_of(version: FunctionVersion, policy: Policy) -> str:
    """Return the fingerprint of a version under a policy, empty where Lambda did not say what the code is."""
    if not version.code_sha256:
        return ""
    code = base64.b64decode(version.code_sha256).hex()
    rest = hashlib.sha256(f"{version.config_sha256}\n{policy!r}".encode()).hexdigest()
    return f"{code}-{rest}"


def _refused(found: Refusal) -> Verdict:
    reason = (
        f"known bad: {found.deployment_id} was refused with this code, configuration and policy ({found.reason});"
        " change one of them, say `known_bad: judge`, or skip with a reason"
    )
    return Verdict(outcome=Outcome.FAILED, status=Status.FAILED, reason=reason)
