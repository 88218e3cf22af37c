"""Where reports and notices go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from warmgate.model.deployment import Status
from warmgate.model.verdict import Judgement

if TYPE_CHECKING:
    from warmgate.model.release import LaterVerdict, Notice, StoredReport


class Reports(Protocol):
    """A place that a finished judgement is sent to."""

    def publish(self, judgement: Judgement, status: Status) -> None:
        """Store or publish a judgement; raises ReportError."""
        ...


class Archive(Protocol):
    """Where the report of a hook lies."""

    def publish_missing(self, judgement: Judgement, status: Status) -> bool:
        """Store a judgement where no report lies yet, and return whether it was stored; raises ReportError."""
        ...


class StoredReports(Protocol):
    """The reports of deployments."""

    def read(self, deployment_id: str) -> StoredReport | None:
        """Return the report of a deployment, None where none is stored; raises ReportError."""
        ...

    def later(self, deployment_id: str) -> tuple[LaterVerdict, ...]:
        """Return the verdicts on a deployment's live traffic, the last word last; raises ReportError."""
        ...

    def write(self, deployment_id: str, report: StoredReport) -> None:
        """Store the report of a deployment in the place of the one there; raises ReportError."""
        ...

    def address(self, deployment_id: str) -> str:
        """Return where the report of a deployment lies for people."""
        ...


class Notices(Protocol):
    """One way to notify people; `name` is its own among them."""

    @property
    def name(self) -> str:
        """Return the name of this way."""
        ...

    @property
    def essential(self) -> bool:
        """Return whether a notice that did not get out is a reason to run again."""
        ...

    def send(self, notice: Notice) -> None:
        """Tell; raises NoticeError."""
        ...
