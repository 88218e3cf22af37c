"""Each cause by the smallest story that shows it, and what stands against it."""

from __future__ import annotations

from typing import Any

import pytest

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Explained
from warmgate_ops.cold_starts.causes.explain import Known, explain
from warmgate_ops.cold_starts.causes.happened import Event, Happening, Phase
from warmgate_ops.cold_starts.causes.schedules import Schedule, read_expression

S, M = 1_000.0, 60_000.0
COLD, SUPPRESSED, WARM = Beginning.COLD, Beginning.SUPPRESSED, Beginning.WARM


def call(at_s: float, environment: str, beginning: Beginning = WARM, runs_s: float = 1.0, **about: object) -> Call:
    """Return a call that came at a second of the story."""
    init_ms = 500.0 if beginning is COLD else None
    known = {"function": "checkout-api", "version": "6", "request_id": f"{environment}@{at_s}", **about}
    ended_ms = at_s * S + runs_s * S + (init_ms or 0.0)
    return Call(
        environment=environment,
        beginning=beginning,
        ended_ms=ended_ms,
        duration_ms=runs_s * S,
        init_ms=init_ms,
        **known,  # type: ignore[arg-type]
    )


def known_gaps(environment: str = "old", count: int = 8, every_s: float = 60.0) -> list[Call]:
    """Return an environment that survives gaps of a minute, until it has served at `count` minutes."""
    return [call(n * every_s, environment) for n in range(count)]


def last(calls: list[Call], **about: object) -> Explained:
    """Return the explanation of the last cold start."""
    return explain(Known(calls=calls, since_ms=0.0, until_ms=100_000 * S, **about))[-1]  # type: ignore[arg-type]


def found(explained: Explained) -> tuple[Cause, Certainty]:
    """Return cause and certainty."""
    return explained.cause, explained.evidence.certainty


def test_all_busy_is_scale_out() -> None:
    """The one environment that lives runs a call, so another one is made; both are counted."""
    told = last([*known_gaps(), call(500, "old", runs_s=10), call(503, "new", COLD)])

    assert found(told) == (Cause.SCALE_OUT, Certainty.CERTAIN)
    assert told.at_once == 2


def test_an_environment_that_was_just_free_makes_it_no_more_than_probable() -> None:
    """Reports tell times no better than to some hundred milliseconds."""
    told = last([*known_gaps(), call(500, "old", runs_s=2.9), call(503, "new", COLD)])

    assert found(told) == (Cause.SCALE_OUT, Certainty.PROBABLE)


def test_a_free_environment_leaves_the_cause_unknown() -> None:
    """Why a live environment was not chosen, no log tells."""
    told = last([*known_gaps(), call(600, "new", COLD), call(700, "old")])

    assert found(told) == (Cause.UNKNOWN, Certainty.NONE)
    assert "were free" in told.evidence.words


def test_a_long_gap_is_idle() -> None:
    """No call for longer than any gap that was survived; how much longer decides how certain it is."""
    assert found(last([*known_gaps(), call(2_000, "new", COLD)])) == (Cause.IDLE, Certainty.CERTAIN)
    assert found(last([*known_gaps(), call(620, "old"), call(900, "new", COLD)])) == (Cause.IDLE, Certainty.PROBABLE)


def test_without_observed_gaps_idle_is_said_from_five_minutes_on() -> None:
    """AWS states no limit: less than that is unknown, more is probable."""
    assert found(last([call(0, "old"), call(200, "new", COLD)]))[0] is Cause.UNKNOWN
    assert found(last([call(0, "old"), call(900, "new", COLD)])) == (Cause.IDLE, Certainty.PROBABLE)


def test_an_end_in_use_is_recycling() -> None:
    """An environment ends after a gap that others survive: probably the platform's doing, with its age."""
    told = last([*known_gaps(), call(450, "new", COLD), call(480, "new")])

    assert found(told) == (Cause.RECYCLING, Certainty.PROBABLE)
    assert told.evidence.age_ms == 421 * S


def test_a_gap_a_little_longer_than_the_others_is_no_idle_time() -> None:
    """Of calls at a steady pace the longest gap says nothing of how long environments live."""
    assert found(last([*known_gaps(), call(490, "new", COLD)])) == (Cause.RECYCLING, Certainty.PROBABLE)


def test_each_cold_start_replaces_one_environment_that_is_gone() -> None:
    """The second cold start has nothing left to replace: all that live are busy."""
    calls = [*known_gaps(), call(450, "new", COLD, runs_s=20), call(455, "more", COLD)]

    causes = [each.cause for each in explain(Known(calls=calls, since_ms=0.0, until_ms=1e9))]

    assert causes == [Cause.RECYCLING, Cause.SCALE_OUT]


@pytest.mark.parametrize(
    "about",
    [{"status": "timeout"}, {"status": "failure"}, {"status": "error", "error_type": "Runtime.OutOfMemory"}],
)
def test_a_failure_in_the_same_environment_is_certain(about: dict[str, Any]) -> None:
    """Init runs again after a time-out, a crash and too much memory."""
    told = last([*known_gaps(), call(500, "old", **about), call(503, "old", SUPPRESSED)])

    assert found(told) == (Cause.FAILURE, Certainty.CERTAIN)


def test_an_error_of_the_handler_ends_nothing() -> None:
    """An exception leaves the environment as it is."""
    told = last([*known_gaps(), call(500, "old", status="error", error_type="KeyError"), call(2_000, "new", COLD)])

    assert told.cause is Cause.IDLE


def test_a_failure_that_left_nothing_is_probable() -> None:
    """The environment that crashed would have been free, and never came back."""
    told = last([*known_gaps(), call(440, "old", status="failure"), call(450, "new", COLD)])

    assert found(told) == (Cause.FAILURE, Certainty.PROBABLE)
    assert [tie.cause for tie in told.ties] == [Cause.RECYCLING]


@pytest.mark.parametrize("after_s", [-0.05, 0.0, 0.1, 1.0])
def test_who_calls_at_once_after_a_crash_does_not_find_its_environment_busy(after_s: float) -> None:
    """The caller has the error before the log has its line."""
    crashed = call(440, "old", status="failure")
    told = last([*known_gaps(), crashed, call(crashed.ended_ms / S + after_s, "new", COLD)])

    assert found(told) == (Cause.FAILURE, Certainty.PROBABLE)


def test_init_that_failed_first() -> None:
    """Init inside the very first call of an environment: the one before it did not end well."""
    assert found(last([call(0, "new", SUPPRESSED)])) == (Cause.FAILURE, Certainty.CERTAIN)


def moved(kind: Happening, **about: object) -> Event:
    """Return a move from 6 to 7 at 1,000 s that takes 100 s."""
    made = {"at_ms": 1_000 * S, "until_ms": 1_100 * S, "version": "7", "before": "6", "name": "d-X", **about}
    return Event(kind=kind, **made)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Happening.DEPLOYMENT, Cause.DEPLOYMENT),
        (Happening.ROLLBACK, Cause.ROLLBACK),
        (Happening.ALIAS, Cause.MOVED),
    ],
)
def test_a_move_explains_what_is_made_while_it_lasts(kind: Happening, cause: Cause) -> None:
    """Environments of the version that gets the traffic, and of no other one."""
    calls = [*known_gaps(), call(1_050, "new", COLD, version="7"), call(1_060, "six", COLD)]

    by_version = {each.call.version: each for each in explain(Known(calls=calls, events=[moved(kind)]))}

    assert found(by_version["7"]) == (cause, Certainty.CERTAIN)
    assert by_version["6"].cause is Cause.IDLE


def test_the_first_call_is_the_moves_however_late_it_comes() -> None:
    """A version that had no call yet has no environment for no other reason."""
    told = last([*known_gaps(), call(9_000, "new", COLD, version="7")], events=[moved(Happening.DEPLOYMENT)])

    assert found(told) == (Cause.DEPLOYMENT, Certainty.CERTAIN)


def test_a_move_ahead_of_the_window_explains_no_first_call() -> None:
    """What the version served before the window began, nobody knows."""
    calls = [call(9_000, "new", COLD, version="7")]
    known = Known(calls=calls, events=[moved(Happening.DEPLOYMENT)], since_ms=8_000 * S, until_ms=9_900 * S)

    assert explain(known)[0].cause is not Cause.DEPLOYMENT


def test_the_lifecycle_event_is_named() -> None:
    """A probe of a hook is told from a caller's call."""
    hook = Phase("BeforeAllowTraffic", 1_000 * S, 1_040 * S)
    event = moved(Happening.DEPLOYMENT, phases=(hook,))

    assert "(BeforeAllowTraffic)" in last([call(1_010, "new", COLD, version="7")], events=[event]).evidence.words


def test_what_is_not_sure_of_an_event_is_not_sure_of_its_cold_starts() -> None:
    """An alias that CodeDeploy moved goes forward or back: CloudTrail alone does not tell."""
    event = moved(Happening.DEPLOYMENT, sure=False)

    assert found(last([call(1_010, "new", COLD, version="7")], events=[event]))[1] is Certainty.PROBABLE


def test_a_version_without_a_move() -> None:
    """A publish is all that is known, or that another version served before."""
    publish = Event(kind=Happening.PUBLISH, at_ms=900 * S, version="7")
    calls = [*known_gaps(), call(1_000, "new", COLD, version="7")]

    assert found(last(calls, events=[publish])) == (Cause.NEW_VERSION, Certainty.CERTAIN)
    assert found(last(calls)) == (Cause.NEW_VERSION, Certainty.PROBABLE)


def test_a_change_of_latest_ends_its_environments() -> None:
    """The first one after it, and those that replace others that it ended; never those of a version."""
    event = Event(kind=Happening.CONFIGURATION, at_ms=450 * S, version="$LATEST", by="role/ops")
    latest = [call(n * 60.0, "old", version="$LATEST") for n in range(8)]

    told = last([*latest, call(470, "new", COLD, version="$LATEST")], events=[event])
    assert found(told) == (Cause.CONFIGURATION, Certainty.CERTAIN)
    assert "role/ops" in told.evidence.words
    assert last([*known_gaps(), call(470, "new", COLD)], events=[event]).cause is Cause.RECYCLING


def test_a_change_that_ended_nothing_explains_nothing() -> None:
    """Environments from before the change serve on."""
    event = Event(kind=Happening.CODE, at_ms=450 * S, version="$LATEST")
    latest = [call(n * 60.0, "old", version="$LATEST") for n in range(20)]

    told = last([*latest, call(470, "new", COLD, version="$LATEST")], events=[event])
    assert told.cause is not Cause.CONFIGURATION


def provisioned(at_s: float, environment: str, **about: object) -> Call:
    """Return a call of a provisioned environment."""
    return call(at_s, environment, Beginning.PROVISIONED, **about)  # type: ignore[arg-type]


def test_busy_provisioned_environments_spill_over() -> None:
    """All that are provisioned run a call; one that is free does not let anything spill."""
    busy = [*known_gaps(), provisioned(600, "p1", runs_s=9), provisioned(601, "p2", runs_s=9)]

    assert found(last([*busy, call(605, "new", COLD)])) == (Cause.SPILL_OVER, Certainty.CERTAIN)
    free = [*busy, provisioned(590, "p3"), call(605, "new", COLD), provisioned(620, "p3")]
    assert last(free).cause is not Cause.SPILL_OVER


def test_provisioned_concurrency_that_is_taken_away() -> None:
    """Its environments serve nobody any more, and the next calls make others."""
    event = Event(kind=Happening.PROVISIONED, at_ms=700 * S, version="6", environments=2, name="PC", detail="2 -> 0")
    calls = [provisioned(600, "p1"), provisioned(601, "p2"), call(720, "new", COLD)]

    assert found(last(calls, events=[event])) == (Cause.CONCURRENCY, Certainty.CERTAIN)
    assert last([*calls, call(9_000, "late", COLD)], events=[event]).cause is not Cause.CONCURRENCY


def test_reserved_concurrency_is_no_more_than_probable() -> None:
    """More calls may have got through, or it was scale-out as ever: both are said."""
    event = Event(kind=Happening.RESERVED, at_ms=500 * S, detail="reserved 50")
    told = last([*known_gaps(), call(500, "old", runs_s=10), call(503, "new", COLD)], events=[event])

    assert found(told) == (Cause.CONCURRENCY, Certainty.PROBABLE)
    assert [tie.cause for tie in told.ties] == [Cause.SCALE_OUT]


NIGHTLY = Schedule(
    name="nightly",
    source="EventBridge rule",
    text="cron(0 2 * * ? *)",
    expression=read_expression("cron(0 2 * * ? *)"),
    qualifier="live",
)


def test_a_schedule_that_found_the_version_idle() -> None:
    """The first call after it is its own for certain, those beside it probably."""
    calls = [*known_gaps(), call(7_210, "one", COLD, runs_s=9), call(7_212, "two", COLD)]

    first, second = explain(Known(calls=calls, schedules=[NIGHTLY], since_ms=0.0, until_ms=9_000 * S))

    assert found(first) == (Cause.SCHEDULE, Certainty.CERTAIN)
    assert found(second) == (Cause.SCHEDULE, Certainty.PROBABLE)
    assert [tie.cause for tie in second.ties] == [Cause.SCALE_OUT]


def test_a_schedule_in_the_midst_of_traffic_explains_nothing() -> None:
    """The version was not idle when it fired."""
    calls = [*known_gaps(count=121), call(7_210, "old", runs_s=9), call(7_212, "two", COLD)]

    assert last(calls, schedules=[NIGHTLY]).cause is Cause.SCALE_OUT


def test_made_ahead_says_that_nobody_waited() -> None:
    """Whatever else fits: its beginning tells it."""
    assert found(last([*known_gaps(), call(2_000, "new", Beginning.AHEAD)])) == (Cause.AHEAD, Certainty.CERTAIN)


def test_nothing_known_is_unknown() -> None:
    """A first call at the begin of the window, and no call at all."""
    assert explain(Known(calls=[])) == ()
    told = explain(Known(calls=[call(10, "new", COLD)], since_ms=0.0, until_ms=9_000 * S))[0]
    assert (told.cause, told.evidence.words) == (Cause.UNKNOWN, "no call of the version before it is known")


def test_without_streams_nothing_is_certain_by_traffic() -> None:
    """A source that names no environments tells neither which were busy nor which ended."""
    calls = [*known_gaps(), call(500, "old", runs_s=10), call(503, "new", COLD)]
    bare = [Call(**{**{name: getattr(each, name) for name in Call.__slots__}, "environment": ""}) for each in calls]

    told = explain(Known(calls=bare, since_ms=0.0, until_ms=9_000 * S))

    assert all(each.evidence.certainty is not Certainty.CERTAIN for each in told)
