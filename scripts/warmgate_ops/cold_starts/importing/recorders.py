"""What a cold start records."""

from __future__ import annotations

from enum import StrEnum


class Recorder(StrEnum):
    """What is put before the handler to record its imports."""

    MODULES = "modules"
    """The times of modules."""
    LINES = "lines"
    """Those, and the time of each statement of the function's own modules: it costs a compilation of each."""
    IMPORTTIME = "importtime"
    """CPython's own log of imports instead."""


PLAIN, LINES, IMPORTTIME = Recorder.MODULES, Recorder.LINES, Recorder.IMPORTTIME
