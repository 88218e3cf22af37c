"""Clones that are deleted whatever happens: an error, Ctrl-C at any moment, a function that came late."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from warmgate.model.deadline import Deadline
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.clones.naming import group_of
from warmgate_ops.cold_starts.clones.ports import CloneError, Clones, CloneSpec
from warmgate_ops.cold_starts.clones.records import Records

Say = Callable[[str], None]
LATE_MS = 2_000.0
"""So late may come a clone whose request was cut, or the log of a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """Makes clones and sees them deleted."""

    clones: Clones
    records: Records
    clock: Clock
    say: Say

    @contextmanager
    def clone(self, spec: CloneSpec, concurrency: int, deadline: Deadline) -> Iterator[str]:
        """Give a clone that is active, and delete it with its log group at the end.

        The name is kept before anything is asked for: a request that was cut may have been carried out.
        """
        group, tags, made, own = group_of(spec.name), spec.settings["Tags"], False, True
        try:
            self.records.add(spec.name)
            own = self.clones.create_group(group, tags)
            if not own:
                raise CloneError(f"{group}: there is such a log group already", hint="run it again: names are random")
            self.clones.create(spec, deadline)
            made = True
            self.clones.reserve(spec.name, concurrency)
            yield spec.name
        finally:
            with uninterrupted(self.say):
                self._remove(spec.name, group if own else "", made=made)

    def _remove(self, name: str, group: str, *, made: bool) -> None:
        """Delete a clone, then its group, for the function writes to it until it is gone."""
        faults = []
        try:
            if not self.clones.delete(name) and not made and group:
                # Who was interrupted while it was asked for cannot know whether it comes.
                self.clock.sleep_ms(LATE_MS)
                self.clones.delete(name)
        except CloneError as error:
            faults.append(str(error))
        try:
            if group:
                self.clones.delete_group(group)
                # What a call wrote last may come after that, and Lambda then makes the group again.
                self.clock.sleep_ms(LATE_MS)
                self.clones.delete_group(group)
        except CloneError as error:
            faults.append(str(error))
        if faults:
            self.say(f"NOT deleted: {'; '.join(faults)}. Run `warmgate cold sweep --clean` later")
        else:
            self.records.done(name)


@contextmanager
def uninterrupted(say: Say) -> Iterator[None]:
    """Let Ctrl-C wait until the end of the block; a second one is answered with why it waits."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []

    def later(number: int, _frame: FrameType | None) -> None:
        waiting.append(number)
        say("the clones are being deleted, which takes some seconds")

    before = signal.signal(signal.SIGINT, later)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if waiting:
        raise KeyboardInterrupt


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Treat SIGTERM, by which a pipeline ends a job, as Ctrl-C: what was made is deleted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
