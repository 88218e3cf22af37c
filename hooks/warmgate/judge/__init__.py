"""Turns evidence and a policy into a verdict; no clock, no randomness, the standard library alone."""

from warmgate.judge.checks import measured_calls
from warmgate.judge.verdict import judge, verdict_of_error, verdict_of_findings

__all__ = ["judge", "measured_calls", "verdict_of_error", "verdict_of_findings"]
