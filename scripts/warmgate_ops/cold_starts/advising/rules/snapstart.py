"""SnapStart: who may have it, what it costs, and never without its hazards."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.costs import priced, snapstart_usd
from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.function import Function, function_of
from warmgate_ops.cold_starts.advising.hazards import hazards_of
from warmgate_ops.cold_starts.advising.runtimes import takes_snapshots
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue, not_advised, usd_of
from warmgate_ops.cold_starts.advising.wording import by_default, cold_count, waited
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

SLOW_MS = 500.0
"""Init below which a restore, which takes time too, gains little."""
MOST_STORAGE_MB = 512
WANTED = {"SnapStart": "{ApplyOn: PublishedVersions}"}


def obstacles(function: Function) -> tuple[str, ...]:
    """Return what AWS does not take together with SnapStart, as far as it is known of a function."""
    storage = function.storage_mb or 0
    provisioned = function.provisioned if isinstance(function.provisioned, int) else 0
    found = (
        ("a container image needs hooks or a label of its own, which are not looked at", function.image),
        (
            f"it does not take {function.runtime}",
            bool(function.runtime) and not takes_snapshots(function.runtime or ""),
        ),
        ("it mounts a file system", function.efs),
        (f"{storage} MB of ephemeral storage, {MOST_STORAGE_MB} are the most", storage > MOST_STORAGE_MB),
        ("it has provisioned concurrency", provisioned > 0),
        (f"it {function.special}", bool(function.special)),
    )
    return tuple(words for words, holds in found if holds)


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    against, cold = obstacles(function), function.cold if isinstance(function.cold, ColdFacts) else None
    if see(function.snap_start):
        yield no_issue(function.place, f"SnapStart: on ({cold.restored:,} restores)" if cold else "SnapStart: on")
    elif against:
        yield not_advised(function.place, f"SnapStart: {', '.join(against)}")
    elif cold is None or not cold.enough:
        counted = cold_count(cold) if cold else "no cold starts were read"
        yield not_advised(function.place, f"SnapStart: {counted}; it helps functions that scale, not rare calls")
    elif (init := see(cold.init)).median < SLOW_MS:
        reason = f"SnapStart: init median {waited(init.median)}, and a restore takes time too"
        yield not_advised(function.place, reason)
    else:
        yield _eligible(function, cold)


def _eligible(function: Function, cold: ColdFacts) -> Advised:
    runtime, memory_gb = see(function.runtime), see(function.memory_gb)
    kept, restores = snapstart_usd(cold, memory_gb, runtime, function.prices)
    init = see(cold.init)
    cost = f"one kept version {usd_of(kept)}, restores {usd_of(restores)}; each further version {usd_of(kept)};"
    free = runtime.startswith("java")
    return Advised(
        place=function.place,
        message=f"eligible ({runtime}, zip, no file system, /tmp {function.storage_mb or MOST_STORAGE_MB} MB, nothing"
        f" provisioned); init median {waited(init.median)} ({cold_count(cold)})",
        rank=Rank.MEDIUM,
        gained="how long a restore takes is not known before one was measured; no call waits for init",
        usd_month=kept + restores,
        cost="not charged for Java" if free else f"{cost} {priced(function.prices)}",
        change=function.change(**WANTED, **({} if function.published else {"AutoPublishAlias": "live"})),
        hazards=hazards_of(function),
        cold=cold.cold,
    )


def _in_template(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    text, against, is_on = see(function.text), obstacles(function), see(function.snap_start)
    place = function.line_of("SnapStart")
    default = by_default(function, "SnapStart", "Runtime", "EphemeralStorage", "PackageType")
    if is_on and against:
        yield Advised(
            place=place,
            message=f"SnapStart is on, and {', '.join(against)}{default}: AWS refuses that",
            rank=Rank.MEDIUM if default else Rank.HIGH,
            hazards=hazards_of(function),
        )
    elif is_on and function.published is False:
        yield Advised(
            place=place,
            message="SnapStart is on, and this template publishes no version of the function: it does nothing unless"
            " somebody else publishes them",
            rank=Rank.MEDIUM,
            change=function.change(AutoPublishAlias="live") if text.is_sam else "",
            hazards=hazards_of(function),
        )
    elif is_on:
        yield no_issue(place, "SnapStart: on")
    elif against:
        yield not_advised(place, f"SnapStart: {', '.join(against)}{default}")
    elif see(function.runtime).startswith("java"):
        yield Advised(
            place=place,
            message=f"eligible as far as this template says ({function.runtime}{default}), and off",
            rank=Rank.MEDIUM,
            cost="not charged for Java",
            change=function.change(
                **WANTED, **({"AutoPublishAlias": "live"} if text.is_sam and not function.published else {})
            ),
            hazards=hazards_of(function),
        )
    else:
        yield not_advised(place, "SnapStart: eligible as far as this template says; whether it pays, cold starts tell")


RULE = Rule(
    id="snapstart",
    title="SnapStart fits, or is set where it does nothing",
    severity=Severity.INFO,
    why="SnapStart restores an initialised environment instead of initialising one: published versions only; Java 11,"
    " Python 3.12, .NET 8 and newer, images with hooks or a label; no provisioned concurrency, no Amazon EFS, 512 MB"
    " of /tmp at most. Every restored environment begins with the same memory.",
    fix="go through the hazards, switch it on in a version of its own, compare first responses before traffic moves",
    sources=(
        "Improving startup performance with Lambda SnapStart (AWS Lambda Developer Guide)",
        "Handling uniqueness with Lambda SnapStart (AWS Lambda Developer Guide)",
    ),
    measure="warmgate cold sweep {name} {version_option} --snapstart on,off --probes policy.yaml",
    risk="publishing takes minutes longer; each kept version of Python and .NET is charged until it is deleted",
    in_account=_in_account,
    in_template=_in_template,
)
