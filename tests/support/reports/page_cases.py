"""Cases that the tests of the page draw: recorded releases of any size, and what a page's HTML holds."""

from __future__ import annotations

import random
from collections import Counter
from html.parser import HTMLParser

from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.policy import parse_policy
from warmgate.policy.values import Policy
from warmgate_ops.page.case import Case, replayed_case

POLICY = """
policy: quotes
limits:
  init: {p95: 500ms}
  duration: {p50: 150ms, p95: 400ms}
  errors: {rate: 0%}
compare:
  init: {median: 1.2x}
  duration: {p95: 1.2x}
budget: {invocations: 20000}
"""
VOID = {"meta", "link", "br", "img", "input", "hr", "path"}


def policy(text: str = POLICY) -> Policy:
    """Return a policy of a text."""
    return parse_policy(text, "policy.yaml", lambda _name: "{}")


def recorded(
    rounds: int = 4, size: int = 10, *, factor: float = 1.0, named: bool = True, probe: str = "quote"
) -> list[Sample]:
    """Return a release: a burst of both arms, then measured rounds of both arms."""
    noise = random.Random(f"{rounds} {size} {factor}")
    places = [(Phase.PREWARM, 1), *((Phase.MEASURED, number) for number in range(1, rounds + 1))]
    return [
        Sample(
            arm=arm,
            round=number,
            position=2 * place + (arm is Arm.CANDIDATE),
            probe=probe,
            phase=phase,
            outcome=CallOutcome.OK,
            start=Start.COLD if phase is Phase.PREWARM else Start.WARM,
            environment=f"2026/05/04/[{arm}]{place:032x}" if named else None,
            init_ms=300 * noise.lognormvariate(0, 0.1) if phase is Phase.PREWARM else None,
            duration_ms=100 * noise.lognormvariate(0, 0.2) * (factor if arm is Arm.CANDIDATE else 1),
            memory_mb=80.0,
        )
        for phase, number in places
        for place in range(size)
        for arm in Arm
    ]


def case_of(samples: list[Sample], *, run: str = "run-1", text: str = POLICY) -> Case:
    """Return the case of recorded samples."""
    return replayed_case(run, samples, policy(text), "policy.yaml", "samples.jsonl")


class Page(HTMLParser):
    """What a page's HTML holds: tags with their attributes, text, and what is wrong with its nesting."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.faults: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"{tag} is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Note a tag that closes another than the last one opened."""
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute wherever it stands."""
        return [value for _, found, value in self.attributes if found == name]
