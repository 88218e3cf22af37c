"""Errors of parsers and ports: what could not be found out. A bad release is never an error, it is a finding."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.visible import visible, visible_line


class WarmgateError(Exception):
    """Base of every error Warmgate raises; `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, followed by the way out where one is known."""
        return visible(f"{self.message} - {self.hint}" if self.hint else self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a document: where, what was found, what was expected, what to do."""

    source: str
    line: int | None
    path: str
    found: str
    expected: str
    fix: str

    def __str__(self) -> str:
        """Render as `file:line path: found ..., expected ...; fix`."""
        where = self.source if self.line is None else f"{self.source}:{self.line}"
        return visible_line(f"{where} {self.path}: found {self.found}, expected {self.expected}; {self.fix}")


class DocumentError(WarmgateError):
    """A document with faults; every fault of the document is listed at once."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class PolicyError(DocumentError):
    """A policy that cannot be used."""


class AppSpecError(DocumentError):
    """An AppSpec that CodeDeploy would refuse for a Lambda deployment."""


class FleetError(DocumentError):
    """A fleet file that cannot be used."""


class UnfitError(WarmgateError):
    """A value or a text cannot be used; whoever knows where it stands turns this into a fault."""


class PolicyLookupError(WarmgateError):
    """The policy that applies could not be read from its source."""


class DeploymentLookupError(WarmgateError):
    """CodeDeploy did not say which function, alias and versions a deployment is about."""


class OtherPlatformError(DeploymentLookupError):
    """The deployment is one of EC2's or ECS's."""


class FunctionLookupError(WarmgateError):
    """Lambda did not describe the function, version or concurrency asked for."""


class LogLookupError(WarmgateError):
    """The log group of a function, or its metrics, could not be read; `throttled` where for the rate of requests."""

    def __init__(self, message: str, *, hint: str = "", throttled: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.throttled = throttled


class FeedError(WarmgateError):
    """A log subscription could not be begun or ended, or what it delivered could not be kept or read."""


class StatusReportError(WarmgateError):
    """CodeDeploy did not accept the status of a hook execution."""


class StopError(WarmgateError):
    """CodeDeploy did not stop a deployment that must not go on."""


class SuccessorError(WarmgateError):
    """The run that takes over could not be started."""


class InvokeError(WarmgateError):
    """A call brought no answer, and unless it is `lost` it never reached the function's code.

    `throttled` tells a lack of concurrency from other causes; `lasting` means that the cause is a property of the
    version (a missing key, a broken image), so that asking again cannot help; `lost` that the code may have run.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        throttled: bool = False,
        lasting: bool = False,
        lost: bool = False,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.throttled = throttled
        self.lasting = lasting
        self.lost = lost


class NoRoomError(WarmgateError):
    """Probes of other hooks left no concurrency for this one's."""


class HeldError(WarmgateError):
    """Another run of this hook execution is at work: it reports the status, and this one must not probe."""


class BudgetSpentError(WarmgateError):
    """An earlier run of this hook execution spent the budget and died."""


class ReportError(WarmgateError):
    """A report could not be stored or published."""


class NoticeError(WarmgateError):
    """People could not be notified."""


class ClaimError(WarmgateError):
    """It could not be found out whether something has been done already."""


class LeaseLostError(WarmgateError):
    """Another run has taken over what this run was doing."""


class RollbackError(WarmgateError):
    """The alias could not be sent back to the baseline.

    `busy` where somebody else changes it just now; `unsure` where no answer came, so that it may have been done.
    """

    def __init__(self, message: str, *, busy: bool = False, unsure: bool = False, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.busy = busy
        self.unsure = unsure


class CreateError(WarmgateError):
    """CodeDeploy made no deployment.

    `busy` where one of the group is active, or as many as the account may have; `unsure` where no answer came, so that
    it may have been made.
    """

    def __init__(self, message: str, *, busy: bool = False, unsure: bool = False, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.busy = busy
        self.unsure = unsure


class UnsettledError(WarmgateError):
    """A release has not ended yet, or something of it could not be done; the event must be delivered again."""


class BakeStartError(WarmgateError):
    """The bake of a release could not be started."""


class BakeLookupError(WarmgateError):
    """What has become of a bake could not be found out, or it could not be stopped."""


class BakeStateError(WarmgateError):
    """The state of a bake is none that this version of Warmgate reads."""


class KeepWarmError(WarmgateError):
    """Aliases were not kept warm because something could not be found out."""


class SettingsError(WarmgateError):
    """The environment a hook or command runs in is not set up right."""
