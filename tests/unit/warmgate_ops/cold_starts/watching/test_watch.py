"""The watch sums up every function that can be read, and tells a week by every channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from warmgate.errors import LogLookupError, NoticeError
from warmgate.model.deadline import Deadline
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.causes.schedules import Schedule
from warmgate_ops.cold_starts.watching.day import Day, Watched
from warmgate_ops.cold_starts.watching.ports import CallsRead
from warmgate_ops.cold_starts.watching.watch import ColdStartWatch
from warmgate_ops.cold_starts.watching.words import Message

NOW = datetime(2026, 11, 27, 0, 20, tzinfo=UTC)


@dataclass
class FakeWorld:
    """Functions, a store, metrics, a channel and a clock in one."""

    inits_ms: dict[str, list[float]]
    expected_ms: float | None = None
    denied: str = ""
    broken: bool = False
    takes_ms: float = 0.0
    kept: dict[tuple[str, str], Day] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    windows: list[tuple[float, float]] = field(default_factory=list)
    spent_ms: float = 0.0
    name: str = "topic"

    def all(self) -> Sequence[Watched]:
        """Return every function."""
        return [Watched(name=name, expected_ms=self.expected_ms) for name in sorted(self.inits_ms)]

    def calls(self, watched: Watched, since_ms: float, until_ms: float, deadline: Deadline) -> CallsRead:
        """Return a cold start for each duration."""
        if watched.name == self.denied:
            raise LogLookupError("/aws/lambda/x could not be read: AccessDeniedException", hint="allow it")
        self.windows.append((since_ms, until_ms))
        self.spent_ms += self.takes_ms
        return CallsRead(
            calls=[
                Call(
                    function=watched.name,
                    version="1",
                    environment=f"e{place}",
                    beginning=Beginning.COLD,
                    ended_ms=since_ms + 1000.0 * place,
                    duration_ms=5.0,
                    init_ms=init_ms,
                )
                for place, init_ms in enumerate(self.inits_ms[watched.name])
            ]
        )

    def schedules(self, watched: Watched) -> Sequence[Schedule]:
        """Return none."""
        return ()

    def keep(self, day: Day) -> None:
        """Store a day."""
        self.kept[day.function, day.date] = day

    def find(self, function: str, dates: Sequence[str]) -> Sequence[Day]:
        """Return what is there."""
        return [self.kept[function, date] for date in dates if (function, date) in self.kept]

    def note(self, function: str, event: Event, event_id: str) -> None:
        """Store an event."""
        self.events.append(event)

    def noted(self, function: str, date: str) -> Sequence[Event]:
        """Return every event."""
        return self.events

    def of_day(self, day: Day, p95_ms: float | None) -> None:
        """Take the metrics of a day."""

    def over_expected(self, functions: int) -> None:
        """Take the count."""
        self.over.append(functions)

    def tell(self, message: Message) -> None:
        """Take a message."""
        if self.broken:
            raise NoticeError("the topic did not take the message")
        self.messages.append(message)

    def now_ms(self) -> float:
        """Return the time that was spent."""
        return self.spent_ms

    def epoch_ms(self) -> float:
        """Return NOW."""
        return NOW.timestamp() * 1000

    def sleep_ms(self, duration_ms: float) -> None:
        """Spend time."""
        self.spent_ms += duration_ms

    def utc_now(self) -> str:
        """Return NOW."""
        return NOW.isoformat()


def watching(world: FakeWorld, *channels: FakeWorld) -> ColdStartWatch:
    """Return the watch of a world."""
    return ColdStartWatch(
        functions=world,
        days=world,
        figures=world,
        channels=channels or (world,),
        clock=world,
        log=lambda what, line: world.said.append(f"{what}: {line}"),
    )


LONG = Deadline(900_000.0)


def test_yesterday_is_summed_up_whole() -> None:
    """From midnight to midnight (UTC), whatever the hour of the run."""
    world = FakeWorld(inits_ms={"a": [400.0] * 6, "b": []})
    summed = watching(world).sum_up(LONG)

    assert (summed.date, summed.done, summed.left) == ("2026-11-26", ["a", "b"], [])
    since_ms, until_ms = world.windows[0]
    assert datetime.fromtimestamp(since_ms / 1000, UTC) == datetime(2026, 11, 26, tzinfo=UTC)
    assert until_ms - since_ms == 86_400_000.0
    assert world.kept["a", "2026-11-26"].cold == 6
    assert world.kept["b", "2026-11-26"].calls == 0


def test_a_function_that_cannot_be_read_costs_no_other_its_day() -> None:
    """It is named, with the reason."""
    world = FakeWorld(inits_ms={"a": [1.0], "b": [1.0]}, denied="a")
    summed = watching(world).sum_up(LONG)

    assert summed.done == ["b"]
    assert world.said == ["not summed up: a: /aws/lambda/x could not be read: AccessDeniedException - allow it"]


def test_a_day_of_which_nothing_could_be_read_fails_the_run() -> None:
    """Lambda counts it, and the alarm on the watch's errors tells people."""
    world = FakeWorld(inits_ms={"a": [1.0]}, denied="a")

    with pytest.raises(LogLookupError, match=r"2026-11-26: none of 1 functions could be summed up: a: /aws/lambda/x"):
        watching(world).sum_up(LONG)
    assert world.said == ["not summed up: a: /aws/lambda/x could not be read: AccessDeniedException - allow it"]


def test_time_that_is_short_is_said() -> None:
    """What was summed up is kept; the others are named."""
    world = FakeWorld(inits_ms={"a": [1.0], "b": [1.0], "c": [1.0]}, takes_ms=500_000.0)
    summed = watching(world).sum_up(LONG)

    assert summed.done == ["a", "b"]
    assert summed.left == ["c: no time was left"]


@pytest.mark.parametrize(("expected_ms", "over"), [(300.0, 1), (500.0, 0), (None, 0)])
def test_a_function_over_its_expected_value_is_counted(expected_ms: float | None, over: int) -> None:
    """The alarm looks at this count; a function's first day has no expected value."""
    world = FakeWorld(inits_ms={"a": [400.0] * 6}, expected_ms=expected_ms)
    watching(world).sum_up(LONG)

    assert world.over == [over]


def test_what_is_usual_is_expected_where_no_policy_says() -> None:
    """Two weeks of 200 ms make 400 ms too long, by the watch's own days."""
    world = FakeWorld(inits_ms={"a": [400.0] * 6})
    usual = FakeWorld(inits_ms={"a": [200.0] * 6})
    watching(usual).sum_up(LONG)
    world.kept["a", "2026-11-20"] = usual.kept["a", "2026-11-26"]
    watching(world).sum_up(LONG)

    assert world.kept["a", "2026-11-26"].expected_ms == 300.0
    assert world.kept["a", "2026-11-26"].over == 6


def test_noted_events_are_causes() -> None:
    """An alias that moved just before is why the environments were made."""
    world = FakeWorld(inits_ms={"a": [400.0] * 6})
    began_ms = datetime(2026, 11, 26, tzinfo=UTC).timestamp() * 1000
    world.events.append(Event(kind=Happening.ALIAS, at_ms=began_ms - 5000, version="1", alias="live"))
    watching(world).sum_up(LONG)

    assert world.kept["a", "2026-11-26"].causes.get("alias moved", 0) >= 1


def test_a_week_is_told_by_every_channel_and_a_failure_is_raised_last() -> None:
    """Lambda runs the report again; who was told once is told again, and nobody is left out."""
    world = FakeWorld(inits_ms={"a": [400.0] * 6})
    watch = watching(world, FakeWorld(inits_ms={}, broken=True), world)
    watch.sum_up(LONG)

    with pytest.raises(NoticeError):
        watch.report()

    assert [message.subject for message in world.messages] == [
        "[warmgate] 6 cold starts in 1 of 1 functions, 0 slower than the week before"
    ]


def test_without_functions_nobody_is_told() -> None:
    """No function allows Warmgate: there is nothing to say."""
    world = FakeWorld(inits_ms={})

    assert watching(world).report() is None
    assert world.messages == []
