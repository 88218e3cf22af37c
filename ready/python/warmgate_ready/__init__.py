"""Load what a Lambda function needs where it costs least: in init, beside init, or in the call that uses it."""

from __future__ import annotations

from warmgate_ready import deferred
from warmgate_ready.deferred import join, ready
from warmgate_ready.warming import is_warming, warmable, warmed

__all__ = ["deferred", "is_warming", "join", "ready", "warmable", "warmed"]
__version__ = "0.1.0"
