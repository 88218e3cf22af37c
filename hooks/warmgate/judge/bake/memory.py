"""Whether memory leaks: whether the memory of environments climbs with their age and will reach the memory size.

A cache that fills levels off, a leak does not. The first third of an environment's life is warm-up and left out. The
slopes of the second third and of the last one are taken robustly (medians of the slopes between all pairs of points,
Theil and Sen); as much smaller as the last one is, so much smaller is each third to come. Of the last third not the
median but the lower quartile is carried on: one step up, after which nothing climbs, is no trend, and noise widens the
slopes. An environment leaks where that course reaches the memory size in time; a release where most of its environments
do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median, quantiles

from warmgate.judge.bake.tracks import QUIET_S
from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.model.bake import Track
from warmgate.model.verdict import Finding, Outcome

CHECK = "bake.memory.trend"
WITHIN_H = 12.0
"""A slower leak meets few environments: Lambda ends them after some hours (it documents no number)."""
YOUNGEST_S = 3600
FEW_YOUNGEST_S = 9000
"""The same where there are fewer than three environments to agree."""
FEWEST_POINTS = 6
"""In each of the two last thirds."""
LEAST_CLIMB = 0.02
"""Of the memory size, in the two last thirds together: less is noise of a megabyte or two."""
SHARE = 2 / 3
"""Of the environments that are old enough, so many must leak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one environment's memory goes on."""

    used_mb: float
    mb_per_h: float
    """In the last third, lower quartile."""
    hours_left: float | None
    """Until it reaches the memory size, None where it does not within WITHIN_H."""


def judge_trend(tracks: Sequence[Track], size_mb: int) -> Finding:
    """Return the finding of the memory's trend; environments that are too few or too young are judged by nobody."""
    alive = _alive(tracks)
    longest = max((_age_s(track) for track in alive), default=0)
    courses = [course for track in alive if (course := course_of(track, size_mb)) is not None]
    few = len(courses) < FEWEST_ENVIRONMENTS
    if not courses or not size_mb or (few and (longest < FEW_YOUNGEST_S or len(alive) > len(courses))):
        reason = "not judged: too few environments were seen for an hour or longer"
        return Finding(check=CHECK, outcome=Outcome.PASSED, reason=reason, environment_count=len(courses))
    leaks = [course for course in courses if course.hours_left is not None]
    failed = len(leaks) >= max(1, SHARE * len(courses))
    shown = leaks if failed else courses
    per_h = median(course.mb_per_h for course in shown)
    used = median(course.used_mb for course in shown)
    said = f"memory of {len(leaks)} of {len(courses)} environments climbs to the memory size within {WITHIN_H:g} h"
    said += f" ({per_h:.1f} MB an hour, at {used:.0f} of {size_mb} MB"
    if failed:
        said += f", reached in {median(course.hours_left or 0.0 for course in leaks):.1f} h"
    return Finding(
        check=CHECK,
        outcome=Outcome.FAILED if failed else Outcome.PASSED,
        reason=said + ")",
        bad_count=len(leaks),
        environment_count=len(courses),
    )


def course_of(track: Track, size_mb: int) -> Course | None:
    """Return how the memory of an environment goes on, None where it is too young or was seen too seldom."""
    age_s = _age_s(track)
    if age_s < YOUNGEST_S:
        return None
    points = [((at + 0.5) * track.step_s / 3600, float(used)) for at, used in enumerate(track.used_mb) if used]
    third_h = age_s / 3 / 3600
    second = [p for p in points if third_h <= p[0] < 2 * third_h]
    last = [p for p in points if p[0] >= 2 * third_h]
    if min(len(second), len(last)) < FEWEST_POINTS:
        return None
    before, after = _slopes(second), _slopes(last)
    slope = max(0.0, quantiles(after, n=4)[0])
    fading = min(1.0, max(0.0, median(after)) / median(before)) if median(before) > 0 else 1.0
    used = last[-1][1]
    climbed = used - second[0][1]
    reaches = climbed >= LEAST_CLIMB * size_mb and slope > 0
    left_h = _hours_left(size_mb - used, slope, fading, third_h) if reaches else None
    return Course(used_mb=used, mb_per_h=slope, hours_left=left_h)


def _hours_left(room_mb: float, slope: float, fading: float, third_h: float) -> float | None:
    """Return when what is left is used, each third climbing `fading` times as fast as the one before it."""
    passed_h = 0.0
    while passed_h < WITHIN_H and slope > 0:
        slope *= fading
        if slope * third_h >= room_mb:
            reached_h = passed_h + (room_mb / slope if slope else 0.0)
            return max(0.0, reached_h) if reached_h <= WITHIN_H else None
        room_mb -= slope * third_h
        passed_h += third_h
    return None


def _slopes(points: Sequence[tuple[float, float]]) -> list[float]:
    return [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)]


def _age_s(track: Track) -> int:
    return track.last_s - track.began_s


def _alive(tracks: Sequence[Track]) -> list[Track]:
    """Return those that served something lately: what has ended says nothing of what goes on."""
    latest = max((track.last_s for track in tracks), default=0)
    return [track for track in tracks if latest - track.last_s < QUIET_S]
