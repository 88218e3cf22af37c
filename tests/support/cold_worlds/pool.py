"""A discrete model of a function's execution environments that notes why it makes each of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.causes.cause import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One call that comes in; seconds."""

    at_s: float
    runs_s: float = 0.1
    version: str = "6"
    by: Cause | None = None
    """What made the call come, where that is why it needs an environment."""
    fails: str = ""
    """timeout or failure."""
    destroys: bool = False
    """Whether its failure leaves no environment to initialise again."""


@dataclass(slots=True)
class Room:
    """An environment; seconds."""

    name: str
    version: str
    born_s: float
    free_s: float
    provisioned: bool = False
    broken: bool = False
    ahead: bool = False
    dead: bool = False
    """Whether its call leaves nothing behind."""
    life_s: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Traffic that a version gets; seconds."""

    version: str
    since_s: float
    until_s: float
    cause: Cause


@dataclass(slots=True)
class Pool:
    """All environments of a function; `truth` says of each request id of a cold start why."""

    random: Random
    idle_s: float = 400.0
    life_s: float | None = None
    init_s: float = 0.5
    prepares_s: tuple[float, float] = (0.02, 0.25)
    """From the call to the init that is reported: nothing tells how long the platform took to make room."""
    moves: list[Move] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    truth: dict[str, Cause] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)
    lost: list[tuple[Cause, str, float]] = field(default_factory=list)
    """Environments that ended while they could have served: why, their version, and when they were free."""
    seen: set[str] = field(default_factory=set)
    made: int = 0

    def provision(self, version: str, count: int) -> None:
        """Make provisioned environments of a version."""
        self.rooms += [self._room(version, 0.0, provisioned=True) for _ in range(count)]

    def be_warm(self, version: str) -> None:
        """Have one environment of a version that served the day before."""
        self.rooms.append(self._room(version, 0.0))
        self.seen.add(version)

    def make_ahead(self, version: str, at_s: float) -> None:
        """Make an environment that nobody called for."""
        self.rooms.append(self._room(version, at_s, ahead=True))

    def end(self, version: str, cause: Cause, at_s: float, *, provisioned: bool = False) -> None:
        """End environments of a version, such as by a change of its settings."""
        self._age(at_s)
        for room in [each for each in self.rooms if each.version == version and each.provisioned is provisioned]:
            self.rooms.remove(room)
            # Provisioned environments do not idle away: they would have been there, and for a quarter of an hour count.
            free_s = at_s + 900.0 - self.idle_s if provisioned else room.free_s
            self.lost.append((cause, version, free_s))

    def serve(self, arrival: Arrival) -> None:
        """Serve a call; arrivals must come by time."""
        at_s = arrival.at_s
        self._age(at_s)
        free = [each for each in self.rooms if each.version == arrival.version and each.free_s <= at_s]
        request_id = f"r{len(self.calls)}"
        before_s = 0.0
        if free:
            room = max(free, key=lambda each: (each.provisioned, each.free_s))
            init_s, beginning = self._again(room, request_id)
        else:
            self.truth[request_id] = self._why(arrival)
            room = self._room(arrival.version, at_s)
            self.rooms.append(room)
            init_s, beginning = self._init_s(), Beginning.COLD
            before_s = self.random.uniform(*self.prepares_s)
        self.seen.add(arrival.version)
        self._report(replace(arrival, at_s=at_s + before_s), room, request_id, (init_s, beginning))

    def _again(self, room: Room, request_id: str) -> tuple[float, Beginning]:
        if room.broken:
            room.broken = False
            self.truth[request_id] = Cause.FAILURE
            return self._init_s(), Beginning.SUPPRESSED
        if room.ahead:
            room.ahead = False
            self.truth[request_id] = Cause.AHEAD
            return 0.0, Beginning.AHEAD
        return 0.0, Beginning.PROVISIONED if room.provisioned else Beginning.WARM

    def _report(self, arrival: Arrival, room: Room, request_id: str, began: tuple[float, Beginning]) -> None:
        init_s, beginning = began
        inside_s = init_s if beginning is Beginning.SUPPRESSED else 0.0
        runs_s = arrival.runs_s + inside_s
        room.free_s = arrival.at_s + runs_s + (init_s - inside_s)
        written_ms = room.free_s * 1000 + self.random.uniform(0, 4)
        self.calls.append(
            Call(
                function="checkout-api",
                version=room.version,
                environment=room.name,
                beginning=beginning,
                ended_ms=written_ms,
                duration_ms=runs_s * 1000,
                init_ms=init_s * 1000 if beginning is Beginning.COLD else None,
                request_id=request_id,
                status=arrival.fails or "success",
                error_type="Runtime.ExitError" if arrival.fails == "failure" else "",
            )
        )
        room.dead = bool(arrival.fails) and arrival.destroys
        room.broken = bool(arrival.fails)

    def _why(self, arrival: Arrival) -> Cause:
        version, at_s = arrival.version, arrival.at_s
        for move in reversed(self.moves):
            if move.version == version and (
                move.since_s <= at_s <= move.until_s or (version not in self.seen and move.since_s <= at_s)
            ):
                return move.cause
        if version not in self.seen:
            return Cause.NEW_VERSION
        fresh = [each for each in self.lost if each[1] == version and at_s - each[2] <= self.idle_s]
        for each in fresh:
            if each[0] is not Cause.RECYCLING:
                self.lost.remove(each)
                return each[0]
        own = [each for each in self.rooms if each.version == version]
        if any(each.provisioned for each in own):
            return Cause.SPILL_OVER
        if arrival.by is not None:
            return arrival.by
        if fresh:
            self.lost.remove(fresh[0])
            return Cause.RECYCLING
        return Cause.SCALE_OUT if own else Cause.IDLE

    def _age(self, at_s: float) -> None:
        for room in list(self.rooms):
            if room.free_s > at_s or room.provisioned:
                continue
            if room.dead:
                self.rooms.remove(room)
                self.lost.append((Cause.FAILURE, room.version, room.free_s))
            elif at_s - room.free_s > self.idle_s:
                self.rooms.remove(room)
            elif at_s - room.born_s > room.life_s:
                self.rooms.remove(room)
                self.lost.append((Cause.RECYCLING, room.version, room.free_s))

    def _room(self, version: str, at_s: float, **kinds: bool) -> Room:
        self.made += 1
        life = float("inf") if self.life_s is None else self.random.uniform(0.8, 1.2) * self.life_s
        name = f"2026/11/20/[{version}]{self.made:032x}"
        return Room(name, version, at_s, at_s, life_s=life, **kinds)

    def _init_s(self) -> float:
        return self.init_s * self.random.uniform(0.9, 1.2)
