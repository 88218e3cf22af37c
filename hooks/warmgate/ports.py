"""What the use cases need from the world, each with the errors it may raise and no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from warmgate.deadline import Deadline
from warmgate.model import (
    Answer,
    Capacity,
    Deployment,
    Ended,
    EnvironmentSummary,
    FunctionVersion,
    HookExecution,
    Invocation,
    Judgement,
    MetricCounts,
    Page,
    ProvisionedConcurrency,
    Shift,
    Spent,
    Status,
    Target,
)
from warmgate.policy.values import Policy

if TYPE_CHECKING:
    from warmgate.logged_calls import LoggedCall, Window

T = TypeVar("T")


class Clock(Protocol):
    """Time; monotonic milliseconds, and a way to let them pass."""

    def now_ms(self) -> float:
        """Return milliseconds on a clock that never goes back."""
        ...

    def sleep_ms(self, duration_ms: float) -> None:
        """Return after `duration_ms`."""
        ...

    def utc_now(self) -> str:
        """Return the wall clock as ISO 8601 in UTC."""
        ...

    def epoch_ms(self) -> float:
        """Return the wall clock in milliseconds since the epoch."""
        ...


class Timer(Protocol):
    """A way to do something at an instant, whatever the caller is doing then."""

    def call_at(self, at_ms: float, action: Callable[[], None]) -> Callable[[], None]:
        """Call an action at an instant of the clock, at once where it has passed; return what calls that off."""
        ...


class Deployments(Protocol):
    """CodeDeploy, as a hook needs it."""

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment of a hook execution; raises DeploymentLookupError."""
        ...

    def tell(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Report a status to CodeDeploy, retried until the deadline.

        Returns True where CodeDeploy has it from this call and False where another run had reported one before; raises
        StatusReportError where neither is sure.
        """
        ...


class Shifts(Protocol):
    """CodeDeploy, as what watches a shift needs it."""

    def describe(self, deployment_id: str, deadline: Deadline) -> Deployment:
        """Return a deployment; raises DeploymentLookupError."""
        ...

    def stop(self, deployment_id: str, deadline: Deadline) -> bool:
        """Stop a deployment so that CodeDeploy rolls it back, retried until the deadline.

        Returns True when this call stopped it and False when it had ended already; raises StopError.
        """
        ...


class Policies(Protocol):
    """Where policies come from."""

    def find(self, target: Target, deadline: Deadline) -> tuple[Policy, str]:
        """Return the policy for a target and the source it came from.

        Raises:
            PolicyError: the document has faults.
            PolicyLookupError: its source cannot be read.
        """
        ...


class Functions(Protocol):
    """Lambda's control plane, read only; every method raises FunctionLookupError."""

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return what Lambda says of a published version."""
        ...

    def capacity(self, function: str) -> Capacity:
        """Return the concurrency left; a figure that may not be read is None, never an error."""
        ...

    def provisioned(self, function: str, version: str) -> ProvisionedConcurrency:
        """Return the provisioned concurrency of a version."""
        ...


class Invoker(Protocol):
    """Lambda's data plane."""

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Make one synchronous call and have its payload read.

        What never reached the code is retried until the deadline; what may have run only where the invocation's
        `may_repeat` says so each time. Raises InvokeError.
        """
        ...


class Logs(Protocol):
    """What functions' log groups remember; every method raises LogLookupError."""

    def calls(self, log_group: str, window: Window, deadline: Deadline) -> tuple[LoggedCall, ...]:
        """Return the calls that were reported inside a window, by time; the newest may not be there yet.

        A log that cannot be read to its end before the deadline gives its earliest calls.
        """
        ...

    def cold_starts_ms(
        self, log_group: str, version: str, wanted: int, before_ms: float, deadline: Deadline
    ) -> tuple[float, ...]:
        """Return the init durations of a version's latest cold starts before an instant, newest first, so many."""
        ...

    def summaries(
        self, log_group: str, window: Window, deadline: Deadline, *, json_format: bool
    ) -> tuple[EnvironmentSummary, ...]:
        """Return what one query says of the environments that ran in a window: for logs too large to be read."""
        ...


class LiveMetrics(Protocol):
    """What CloudWatch counts of live traffic."""

    def counts(self, target: Target, version: str, window: Window, deadline: Deadline) -> MetricCounts | None:
        """Return what a version served through an alias, None where nothing was counted; raises LogLookupError."""
        ...


class Reservations(Protocol):
    """Concurrency that hooks share; every method raises ClaimError."""

    def take(self, pool: str, wanted: int, most: int, lease_ms: float) -> tuple[str, int]:
        """Reserve up to `wanted` concurrent calls so that those of all hooks stay within `most`; they end with a lease.

        Returns who holds them and how many there are, which may be none.
        """
        ...

    def give_back(self, pool: str, owner: str) -> None:
        """Let others have what is held."""
        ...


class Ledger(Protocol):
    """What the runs of one hook execution spent and found together; every method raises ClaimError."""

    def open(self, key: str, owner: str, lease_ms: float) -> Page:
        """Take a page over, unless another owner's lease holds it: then HeldError."""
        ...

    def spend(self, page: Page, spent: Spent) -> None:
        """Note what will have been spent; raises HeldError where another run has taken the page over."""
        ...

    def close(self, page: Page, ended: Ended) -> None:
        """Note what was found, so that no run probes again; raises HeldError as `spend` does."""
        ...


class Successors(Protocol):
    """A way to go on in a fresh run."""

    def start(self, shift: Shift) -> None:
        """Start the run that takes over; raises SuccessorError."""
        ...


class Overlap(Protocol):
    """A way to do several things at the same time."""

    def run(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | None]:
        """Start all tasks together and return their results in order, None for one the deadline cut.

        An error that a task raises is raised here.
        """
        ...


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
