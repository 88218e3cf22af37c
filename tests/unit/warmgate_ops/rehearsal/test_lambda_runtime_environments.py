"""The journal of environments says why each was made, from what is there and what became of those before."""

from __future__ import annotations

import pytest

from support.fakes.codedeploy import FakeClock
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import Ended, EnvironmentJournal, Made


def begun(journal: EnvironmentJournal, name: str, kind: str = "on-demand", *, beside: bool = False) -> Made:
    """Make an environment for a call of version 1 and return why."""
    reason = journal.why("shop", "1", beside=beside, idle_s=60.0)
    journal.begun(name, "shop", "1", kind, reason)
    return reason


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended.IDLE, Made.AFTER_IDLE),
        (Ended.LIFE, Made.AFTER_LIFE),
        (Ended.FAILURE, Made.AFTER_FAILURE),
        (Ended.CHANGED, Made.AFTER_CHANGE),
        (Ended.RETIRED, Made.AFTER_RETIRING),
        (Ended.ABANDONED, Made.AFTER_RETIRING),
    ],
)
def test_the_last_end_is_why_one_is_missing(ended: Ended, reason: Made) -> None:
    """The first one is the first; each later one follows what the one before ended with."""
    journal = EnvironmentJournal()

    assert begun(journal, "a") is Made.FIRST
    journal.ended("a", ended)

    assert begun(journal, "b") is reason


def test_one_that_failed_is_missing_once_and_not_for_ever() -> None:
    """Its successor is there because of it even beside others, the one after it is not; nor any after its time."""
    clock = FakeClock()
    journal = EnvironmentJournal(clock.now_s)
    begun(journal, "a")
    begun(journal, "b", beside=True)
    journal.ended("a", Ended.FAILURE)

    assert begun(journal, "c", beside=True) is Made.AFTER_FAILURE
    assert begun(journal, "d", beside=True) is Made.SCALE_OUT
    journal.ended("d", Ended.FAILURE)
    clock.at_s += 61.0
    assert begun(journal, "e", beside=True) is Made.SCALE_OUT


def test_provisioned_ones_and_snapshots_leave_no_gap() -> None:
    """A call after the end of a provisioned environment, or of a snapshot's, finds the version as new as before."""
    journal = EnvironmentJournal()
    journal.begun("p", "shop", "1", "provisioned-concurrency", Made.PROVISIONED)
    journal.begun("s", "shop", "1", "snap-start", Made.SNAPSHOT)
    journal.ended("p", Ended.WITHDRAWN)
    journal.ended("s", Ended.SNAPSHOT)

    assert begun(journal, "a") is Made.FIRST


def test_a_record_tells_init_calls_restarts_and_the_first_end() -> None:
    """What was noted is read back, in milliseconds; a second end changes nothing."""
    clock = FakeClock()
    journal = EnvironmentJournal(clock.now_s)
    begun(journal, "a")
    journal.initialised("a", 12.5)
    journal.called("a", "r-1", 0)
    journal.called("a", "r-2", 1)
    clock.at_s += 2.0
    journal.ended("a", Ended.IDLE)
    journal.ended("a", Ended.CLOUD)

    (found,) = journal.records()
    assert (found.init_ms, found.first_request_id, found.calls, found.restarts) == (12.5, "r-1", 2, 1)
    assert found.ended_ms is not None
    assert (found.ended_ms - found.started_ms, found.ended_why) == (2000.0, Ended.IDLE)
