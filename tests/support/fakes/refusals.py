"""Refusals in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from warmgate.gate.known_bad import Refusal


@dataclass
class FakeRefusals:
    """Keeps the last refusal of a function's code, or fails."""

    kept: dict[tuple[str, str], Refusal] = field(default_factory=dict)
    fails: Exception | None = None

    def find(self, function: str, fingerprint: str) -> Refusal | None:
        """Return a refusal."""
        if self.fails is not None:
            raise self.fails
        return self.kept.get((function, fingerprint.partition("-")[0]))

    def keep(self, refusal: Refusal) -> None:
        """Keep a refusal."""
        if self.fails is not None:
            raise self.fails
        self.kept[refusal.function, refusal.fingerprint.partition("-")[0]] = refusal
