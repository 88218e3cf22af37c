"""Follows the memory of some environments as they grow older: calls of one part in, tracks of bounded size out.

Lambda reports the most memory that an environment has used so far (Lambda, Max Memory Used), so that a track only
climbs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from warmgate.model.bake import Track
from warmgate.model.calls import Sample

MOST_TRACKS = 16
MOST_STEPS = 48
FIRST_STEP_S = 60
QUIET_S = 30 * 60
"""An environment that has served nothing for so long has most likely ended: another one takes its place."""
NAME = 12
"""Last characters of a log stream's name, which are enough to tell environments apart."""


def followed(tracks: Sequence[Track], calls: Sequence[tuple[float, Sample]]) -> tuple[Track, ...]:
    """Return the tracks with more calls, each with its seconds since the bake began, in the order of time."""
    found = {track.environment: track for track in tracks}
    for at_s, sample in calls:
        if sample.memory_mb is None or not sample.environment:
            continue
        name, second = sample.environment[-NAME:], max(0, int(at_s))
        track = found.get(name)
        if track is None:
            if len(found) >= MOST_TRACKS and not _makes_room(found, second):
                continue
            track = Track(environment=name, began_s=second, last_s=second, step_s=FIRST_STEP_S, used_mb=())
        found[name] = _with(track, second, round(sample.memory_mb))
    return tuple(found.values())


def _makes_room(found: dict[str, Track], second: int) -> bool:
    """Forget the environment that has been quiet for longest, if it has for long."""
    oldest = min(found.values(), key=attrgetter("last_s", "environment"))
    if second - oldest.last_s < QUIET_S:
        return False
    del found[oldest.environment]
    return True


def _with(track: Track, second: int, used_mb: int) -> Track:
    used, step_s = list(track.used_mb), track.step_s
    place = max(0, second - track.began_s) // step_s
    while place >= MOST_STEPS:
        used = [max(used[at : at + 2]) for at in range(0, len(used), 2)]
        step_s, place = 2 * step_s, place // 2
    used += [0] * (place + 1 - len(used))
    used[place] = max(used[place], used_mb)
    return replace(track, last_s=max(track.last_s, second), step_s=step_s, used_mb=tuple(used))
