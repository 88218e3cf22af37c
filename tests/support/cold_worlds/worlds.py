"""Days on which one cause prevails, each with other traffic around it. Every cause that is looked for has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from support.cold_worlds.pool import Arrival, Move, Pool
from warmgate_ops.cold_starts.causes.cause import Cause
from warmgate_ops.cold_starts.causes.explain import Known
from warmgate_ops.cold_starts.causes.happened import Event, Happening, Phase
from warmgate_ops.cold_starts.causes.schedules import Schedule, read_expression

DAY_S = 86_400.0
BEGIN_MS = 1_795_132_800_000.0
"""2026-11-20 00:00 UTC: the seconds of a day are counted from here."""


@dataclass(slots=True)
class World:
    """What is known of a day, and why each environment was made."""

    pool: Pool
    arrivals: list[Arrival] = field(default_factory=list)
    doings: list[tuple[float, Callable[[Pool], None]]] = field(default_factory=list)
    """What is done to the pool, by the second."""
    events: list[Event] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)

    def known(self) -> Known:
        """Let the day pass; environments that served the day before are there when it begins."""
        self.pool.be_warm("$LATEST" if all(each.version == "$LATEST" for each in self.arrivals) else "6")
        steps: list[tuple[float, Callable[[Pool], None]]] = [
            *self.doings,
            *((each.at_s, lambda pool, each=each: pool.serve(each)) for each in self.arrivals),
        ]
        for _, step in sorted(steps, key=lambda each: each[0]):
            step(self.pool)
        return Known(
            calls=tuple(replace(call, ended_ms=call.ended_ms + BEGIN_MS) for call in self.pool.calls),
            events=tuple(map(_on_the_day, self.events)),
            schedules=tuple(self.schedules),
            since_ms=BEGIN_MS,
            until_ms=BEGIN_MS + DAY_S * 1000,
        )


def _on_the_day(event: Event) -> Event:
    phases = tuple(Phase(each.name, each.since_ms + BEGIN_MS, each.until_ms + BEGIN_MS) for each in event.phases)
    until_ms = None if event.until_ms is None else event.until_ms + BEGIN_MS
    return replace(event, at_ms=event.at_ms + BEGIN_MS, until_ms=until_ms, phases=phases)


def steady(
    random: Random, every_s: float, since_s: float = 0.0, until_s: float = DAY_S, **about: object
) -> Iterator[Arrival]:
    """Yield calls that come at random, `every_s` on average."""
    at_s = since_s + random.expovariate(1 / every_s)
    while at_s < until_s:
        yield Arrival(at_s=at_s, runs_s=random.uniform(0.05, 0.3), **about)  # type: ignore[arg-type]
        at_s += random.expovariate(1 / every_s)


def burst(random: Random, at_s: float, count: int, spread_s: float = 2.0, **about: object) -> Iterator[Arrival]:
    """Yield calls that overlap."""
    for _ in range(count):
        yield Arrival(at_s=at_s + random.uniform(0, spread_s), runs_s=random.uniform(3, 5), **about)  # type: ignore[arg-type]


def scale_out(random: Random) -> World:
    """Return a day with bursts over steady traffic."""
    world = World(Pool(random))
    world.arrivals += steady(random, 20.0)
    for _ in range(12):
        world.arrivals += burst(random, random.uniform(0, DAY_S), random.randint(5, 25))
    return world


def idle(random: Random) -> World:
    """Return a day of rare calls, many of them further apart than environments live, and some that are near."""
    world = World(Pool(random))
    world.arrivals += steady(random, 500.0)
    world.arrivals += steady(random, 200.0, 30_000.0, 45_000.0)
    return world


def deployment(random: Random) -> World:
    """Return a day with a shift from 6 to 7 over ten minutes, in traffic of several environments."""
    return _shifted(random, Happening.DEPLOYMENT, Cause.DEPLOYMENT, 600.0)


def moved(random: Random) -> World:
    """Return a day on which an alias is moved by hand from 6 to 7."""
    return _shifted(random, Happening.ALIAS, Cause.MOVED, 0.0)


def rollback(random: Random) -> World:
    """Return a day that goes to 7 by a deployment and back to 6 an hour later, when its environments are gone."""
    world = _shifted(random, Happening.DEPLOYMENT, Cause.DEPLOYMENT, 600.0, until_s=11_000.0)
    world.arrivals += _busy(random, 11_000.0, 15_000.0, "6")
    world.pool.moves.append(Move(version="6", since_s=11_000.0, until_s=11_030.0, cause=Cause.ROLLBACK))
    world.events.append(
        Event(
            kind=Happening.ROLLBACK,
            at_ms=10_990_000.0,
            until_ms=11_010_000.0,
            version="6",
            before="7",
            name="d-3SPRJ9WPZ",
        )
    )
    return world


def _shifted(
    random: Random, kind: Happening, cause: Cause, shift_s: float, since_s: float = 5_400.0, until_s: float = 14_000.0
) -> World:
    world = World(Pool(random))
    end_s = since_s + shift_s
    for arrival in _busy(random, 0.0, until_s, "6"):
        gone = 1.0 if arrival.at_s >= end_s else 0.1 if arrival.at_s >= since_s else 0.0
        version = "7" if random.random() < gone else "6"
        world.arrivals.append(Arrival(at_s=arrival.at_s, runs_s=arrival.runs_s, version=version))
    world.pool.moves.append(Move(version="7", since_s=since_s, until_s=end_s + 30.0, cause=cause))
    phases = (Phase("AllowTraffic", since_s * 1000, end_s * 1000),) if shift_s else ()
    world.events.append(
        Event(
            kind=kind,
            at_ms=since_s * 1000 - 5_000,
            until_ms=end_s * 1000,
            version="7",
            before="6",
            alias="live",
            name="d-H8Q5OLDVM" if kind is Happening.DEPLOYMENT else "",
            phases=phases,
        )
    )
    return world


def _busy(random: Random, since_s: float, until_s: float, version: str) -> Iterator[Arrival]:
    for arrival in steady(random, 4.0, since_s, until_s):
        yield Arrival(at_s=arrival.at_s, runs_s=random.uniform(1.0, 6.0), version=version)


def failure(random: Random) -> World:
    """Return a day on which some calls time out or crash; half of the crashes leave no environment behind."""
    world = World(Pool(random))
    calls = list(steady(random, 15.0))
    for place in random.sample(range(100, len(calls) - 100), 60):
        kind = random.choice(("timeout", "failure"))
        calls[place] = Arrival(
            at_s=calls[place].at_s, runs_s=0.4, fails=kind, destroys=kind == "failure" and random.random() < 0.5
        )
    world.arrivals = calls
    return world


def configuration(random: Random) -> World:
    """Return a day on which $LATEST is changed now and then."""
    world = World(Pool(random, idle_s=900.0))
    world.arrivals += steady(random, 25.0, version="$LATEST")
    for at_s in (20_000.0, 41_000.0, 41_600.0, 60_000.0, 72_000.0):
        world.doings.append((at_s, lambda pool, at=at_s: pool.end("$LATEST", Cause.CONFIGURATION, at)))  # type: ignore[misc]
        world.events.append(Event(kind=Happening.CONFIGURATION, at_ms=at_s * 1000, version="$LATEST", by="role/ops"))
    return world


def concurrency(random: Random) -> World:
    """Return a day on which provisioned concurrency is taken away from a version in use."""
    world = World(Pool(random, idle_s=1200.0))
    world.pool.provision("6", 6)
    world.arrivals += _busy(random, 0.0, 9_000.0, "6")
    at_s = 6_000.0
    world.doings.append((at_s, lambda pool: pool.end("6", Cause.CONCURRENCY, at_s, provisioned=True)))
    world.events.append(
        Event(kind=Happening.PROVISIONED, at_ms=at_s * 1000, version="6", environments=6, detail="6 -> 0")
    )
    return world


def spill_over(random: Random) -> World:
    """Return a day with more calls at once than environments are provisioned."""
    world = World(Pool(random, idle_s=300.0))
    world.pool.provision("6", 3)
    world.arrivals += steady(random, 2.0, until_s=12_000.0)
    for _ in range(10):
        world.arrivals += burst(random, random.uniform(1000, 12_000.0), random.randint(6, 15))
    return world


def scheduled(random: Random) -> World:
    """Return a day on which a rule calls an idle version every second hour, some calls at once."""
    world = World(Pool(random))
    world.arrivals += steady(random, 120.0, 30_000.0, 34_000.0)
    for hour in range(0, 24, 2):
        fired_s = hour * 3600.0
        count = random.randint(4, 9)
        world.arrivals += burst(random, fired_s + random.uniform(1, 40), count, 1.0, by=Cause.SCHEDULE)
    world.schedules.append(
        Schedule(
            name="every-other-hour",
            source="EventBridge rule",
            text="cron(0 0/2 * * ? *)",
            expression=read_expression("cron(0 0/2 * * ? *)"),
            qualifier="live",
        )
    )
    return world


def recycling(random: Random) -> World:
    """Return a day on which environments end after half an hour, whatever they do."""
    world = World(Pool(random, life_s=1800.0))
    world.arrivals += steady(random, 8.0, until_s=40_000.0)
    for _ in range(60):
        world.arrivals.append(Arrival(at_s=random.uniform(0, 40_000.0)))
    return world


def made_ahead(random: Random) -> World:
    """Return a day on which Lambda makes environments before anybody calls."""
    world = World(Pool(random))
    world.arrivals += steady(random, 300.0)
    for _ in range(40):
        at_s = random.uniform(0, DAY_S)
        world.doings.append((at_s, lambda pool, at=at_s: pool.make_ahead("6", at)))  # type: ignore[misc]
    return world


WORLDS: dict[Cause, Callable[[Random], World]] = {
    Cause.SCALE_OUT: scale_out,
    Cause.IDLE: idle,
    Cause.DEPLOYMENT: deployment,
    Cause.MOVED: moved,
    Cause.ROLLBACK: rollback,
    Cause.FAILURE: failure,
    Cause.CONFIGURATION: configuration,
    Cause.CONCURRENCY: concurrency,
    Cause.SPILL_OVER: spill_over,
    Cause.SCHEDULE: scheduled,
    Cause.RECYCLING: recycling,
    Cause.AHEAD: made_ahead,
}
"""By the cause that prevails."""


def ordinary(random: Random) -> World:
    """Return a day as many have it: a quiet night, bursts at noon, crashes, and a new version in the afternoon."""
    world = World(Pool(random))
    quiet, busy = steady(random, 700.0, 0.0, 25_000.0), steady(random, 12.0, 25_000.0, 64_000.0)
    calls = [*quiet, *busy, *burst(random, 43_200.0, 25), *burst(random, 43_500.0, 31)]
    for arrival in sorted(calls, key=lambda each: each.at_s):
        version = "7" if arrival.at_s > 50_520.0 else "6"
        crashed = arrival.at_s > 44_000.0 and random.random() < 0.004
        world.arrivals.append(replace(arrival, version=version, fails="failure" if crashed else ""))
    return world
