"""What was read of an account so far, in a file: an interrupted reading goes on where it stopped."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from warmgate.judge.quantile import quantile
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.finding.gathered import ColdStarts, Tally, VersionTally
from warmgate_ops.cold_starts.reading.account import Window

FORMAT: Final = 1


class ReadingState:
    """The groups that were finished, by name, of one question; every other question starts anew.

    Args:
        path: of the file.
        question: what is asked, in the caller's own words.
    """

    def __init__(self, path: Path, question: Mapping[str, Any]) -> None:
        self._path = path
        self._question = dict(question)
        self._found = self._loaded()

    def window(self, asked: Window) -> Window:
        """Return the window of the reading that was interrupted, else the one that is asked for, and keep it."""
        kept = self._found.get("window")
        if kept:
            return Window(**kept)
        self._found["window"] = asdict(asked)
        return asked

    def __len__(self) -> int:
        return len(self._found["groups"])

    def tally(self, group: str, since_ms: float) -> tuple[Tally, float, int] | None:
        """Return what a finished group gave, with the bytes scanned and calls of $LATEST; None of any other."""
        kept = self._found["groups"].get(group)
        if kept is None:
            return None
        tally = Tally(since_ms=since_ms)
        for each in kept["versions"]:
            cold = ColdStarts(**{name: array("d", values) for name, values in each["cold"].items()})
            version = VersionTally(**{**each, "cold": cold})
            tally.versions[version.function, version.version] = version
        tally.before = {name: array("d", values) for name, values in kept["before"].items()}
        tally.keep_slowest(_call(each) for each in kept["slowest"])
        return tally, float(kept["bytes"]), int(kept["latest"])

    def finish(self, group: str, tally: Tally, scanned_bytes: float, latest: int) -> None:
        """Keep what a group gave; raises OSError."""
        self._found["groups"][group] = {
            "versions": [_version(each) for each in tally.versions.values()],
            "before": {name: list(values) for name, values in tally.before.items()},
            "slowest": [{**asdict(call), "beginning": str(call.beginning)} for call in tally.slowest()],
            "bytes": scanned_bytes,
            "latest": latest,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f"{self._path.name}.part")
        part.write_text(json.dumps({"format": FORMAT, "question": self._question, **self._found}), encoding="utf-8")
        part.replace(self._path)

    def forget(self) -> None:
        """Remove the file: all was read."""
        self._path.unlink(missing_ok=True)

    def _loaded(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        if isinstance(kept, dict) and (kept.get("format"), kept.get("question")) == (FORMAT, self._question):
            return {"window": kept["window"], "groups": kept["groups"]}
        return {"groups": {}}


def _version(tally: VersionTally) -> dict[str, Any]:
    """Return a version's figures; of warm calls their median, which is all that is shown of them."""
    kept = {each.name: getattr(tally, each.name) for each in fields(tally) if each.name not in {"cold", "warm_ms"}}
    kept["cold"] = {each.name: list(getattr(tally.cold, each.name)) for each in fields(tally.cold)}
    if tally.warm_ms:
        kept["warm_median_ms"] = quantile(tally.warm_ms, 0.5)
    return kept


def _call(kept: Mapping[str, Any]) -> Call:
    return Call(**{**kept, "beginning": Beginning(kept["beginning"])})
