"""Log groups of an account become a tally of calls: several at once, each the cheaper way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any, Final

from warmgate.adapters.faults import DENIED, SDK_ERRORS, code_of, setup_fault_in
from warmgate.errors import LogLookupError
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.finding.gathered import Tally, VersionTally
from warmgate_ops.cold_starts.finding.source import LeftOut
from warmgate_ops.cold_starts.prices import LIST
from warmgate_ops.cold_starts.reading.assembling import Reading
from warmgate_ops.cold_starts.reading.filtering import filtered
from warmgate_ops.cold_starts.reading.owners import Owners
from warmgate_ops.cold_starts.reading.plans import GroupPlan
from warmgate_ops.cold_starts.reading.querying import LIMIT, Insights, Spent
from warmgate_ops.cold_starts.reading.summing import WARM_JSON, WARM_TEXT, cold_calls, is_warm_too, warm_calls
from warmgate_ops.cold_starts.reading.ways import Way

AT_ONCE: Final = 5
"""Groups that are read at the same time; an account may run 30 queries (CloudWatch Logs quotas)."""
FILTERS_AT_ONCE: Final = 2
LATEST: Final = "$LATEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is read, in milliseconds since the epoch."""

    since_ms: float
    until_ms: float
    before_ms: float | None = None
    """From when on cold starts are read to know what is usual; None where somebody says what is expected."""

    @property
    def begin_ms(self) -> float:
        """When reading begins."""
        return self.since_ms if self.before_ms is None else self.before_ms


@dataclass(slots=True)
class GroupRead:
    """What reading one group gave."""

    plan: GroupPlan
    tally: Tally
    spent: Spent = field(default_factory=Spent)
    latest: int = 0
    """Calls of $LATEST that were left out."""
    left_out: LeftOut | None = None
    ways: tuple[str, ...] = ()


class AccountReader:
    """Reads log groups.

    Args:
        clients: gives the client of a service; each is safe to use from several threads.
        clock: waits.
        window: what is read.
        versions: which are kept; None keeps every published one.
        latest: whether $LATEST is kept, too.
        limit: rows of a query's result at most.
    """

    def __init__(
        self,
        clients: Callable[[str], Any],
        clock: Clock,
        window: Window,
        *,
        versions: frozenset[str] | None = None,
        latest: bool = False,
        limit: int = LIMIT,
    ) -> None:
        self._clients = clients
        self._clock = clock
        self._window = window
        self._versions = versions
        self._latest = latest
        self._stopping = threading.Event()
        self._filters = threading.Semaphore(FILTERS_AT_ONCE)
        self._insights = Insights(clients, clock, self._stopping.is_set, limit)

    def read(self, plans: Sequence[GroupPlan], turned: Callable[[str], None] = lambda _: None) -> Iterator[GroupRead]:
        """Yield what each group gave, as it is read; `turned` is told the name of a group of which a page came.

        Raises:
            whatever keeps AWS from being asked at all; queries that run are stopped then, and on Ctrl-C.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [pool.submit(self._read, plan, turned) for plan in plans]
            try:
                for done in as_completed(running):
                    yield done.result()
            except BaseException:
                self._stopping.set()
                for each in running:
                    each.cancel()
                raise

    def _read(self, plan: GroupPlan, turned: Callable[[str], None]) -> GroupRead:
        found = GroupRead(plan=plan, tally=Tally(since_ms=self._window.since_ms), ways=(plan.way.value,))
        try:
            if plan.way is Way.FILTER:
                with self._filters:
                    self._filter(plan, found, turned)
            else:
                self._query(plan, found)
        except SDK_ERRORS as error:
            if setup_fault_in(error) is not None:
                raise
            found = GroupRead(plan=plan, tally=Tally(), spent=found.spent, left_out=_why(plan, error))
        except LogLookupError as error:
            found = GroupRead(
                plan=plan, tally=Tally(), spent=found.spent, left_out=LeftOut(name=plan.group, why=str(error))
            )
        turned(plan.group)
        return found

    def _filter(self, plan: GroupPlan, found: GroupRead, turned: Callable[[str], None]) -> None:
        owners = Owners.of(plan.functions)
        window = self._window
        messages = filtered(
            self._clients, self._clock, plan.group, window.begin_ms, window.until_ms, lambda: turned(plan.group)
        )
        for call in Reading().calls(message for message in messages if not self._stopping.is_set()):
            owned = owners.owned(call)
            if owned is not None and self._is_kept(owned, found):
                found.tally.add(owned)

    def _query(self, plan: GroupPlan, found: GroupRead) -> None:
        owners = Owners.of(plan.functions)
        since_s, until_s = int(self._window.since_ms // 1000), int(self._window.until_ms // 1000)
        begin_s = int(self._window.begin_ms // 1000)
        for call in cold_calls(self._insights, plan.group, begin_s, until_s, found.spent):
            owned = owners.owned(call)
            if owned is None or not self._is_version_kept(owned.version):
                continue
            if is_warm_too(owned):
                found.tally.add_inside(owned)
            else:
                found.tally.add(owned)
        for query in _warm_queries(plan):
            for warm in warm_calls(self._insights, plan.group, query, since_s, until_s, found.spent):
                self._add_warm(owners, warm, found)

    def _add_warm(self, owners: Owners, warm: VersionTally, found: GroupRead) -> None:
        function = owners.owner(warm.function)
        if function is None:
            return
        if not self._is_version_kept(warm.version):
            found.latest += warm.calls if warm.version == LATEST else 0
            return
        warm.function = function
        found.tally.add_warm(warm)

    def _is_kept(self, call: Call, found: GroupRead) -> bool:
        if self._is_version_kept(call.version):
            return True
        if call.version == LATEST and call.ended_ms >= self._window.since_ms:
            found.latest += 1
        return False

    def _is_version_kept(self, version: str) -> bool:
        if self._versions is not None:
            return version in self._versions
        return self._latest or version != LATEST


def usd_of(spent: Spent) -> float:
    """Return what the scanned log costs."""
    return spent.bytes / 10**9 * LIST.logs_insights_gb


def _warm_queries(plan: GroupPlan) -> Iterator[str]:
    formats = {function.is_json for function in plan.functions}
    if False in formats:
        yield WARM_TEXT
    if True in formats:
        yield WARM_JSON


def _why(plan: GroupPlan, error: BaseException) -> LeftOut:
    if code_of(error) in DENIED:
        action = "logs:FilterLogEvents" if plan.way is Way.FILTER else "logs:StartQuery and logs:GetQueryResults"
        return LeftOut(name=plan.group, why=f"no permission ({action})")
    return LeftOut(name=plan.group, why=f"{code_of(error)}")
