"""Each question makes of what an account does the answer that it shows, and says so where it shows none."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from warmgate_ops.cold_starts.first_run.answers import Answer, State
from warmgate_ops.cold_starts.first_run.asking import ask_all
from warmgate_ops.cold_starts.first_run.lab import Heard, LabError, Plan
from warmgate_ops.cold_starts.first_run.questions import QUESTIONS

PLAN = Plan(region="eu-central-1", gaps_s=(300.0, 1200.0))


@dataclass
class FakeAccount:
    """An account with an idle life, a CPU share in init, and environments that serve one version each."""

    idle_life_s: float = 600.0
    init_share: float | None = None
    """None for the share of a call."""
    shares_environments: bool = True
    ahead_ms: float = 0.0
    restore_ms: float | None = 230.0
    looked: dict[str, dict[str, Any]] = field(default_factory=dict)
    now_s: float = 0.0
    sizes: dict[str, int] = field(default_factory=dict)
    kept: dict[tuple[str, str], list[tuple[str, float]]] = field(default_factory=dict)
    made: int = 0

    def make(self, name: str, *, memory_mb: int = 128, work: int = 0, snapstart: bool = False) -> str:
        """Make one."""
        self.sizes[name] = memory_mb
        return name

    def renew(self, function: str) -> None:
        """Forget its environments."""
        self.kept = {key: value for key, value in self.kept.items() if key[0] != function}

    def publish(self, function: str, alias: str = "") -> str:
        """Publish one."""
        return "1"

    def burst(self, function: str, calls: int, qualifier: str = "") -> tuple[Heard, ...]:
        """Meet those that live, and make the others."""
        key = (function, "1" if qualifier and self.shares_environments else qualifier)
        known = [each for each in self.kept.get(key, []) if self.now_s - each[1] < self.idle_life_s]
        share = min(1.0, self.sizes[function] / 1769)
        heard: list[Heard] = []
        for place in range(calls):
            first = place >= len(known)
            name = f"environment-{self.made}" if first else known[place][0]
            self.made += first
            heard.append(
                Heard(
                    environment=name,
                    is_first=first,
                    ready_for_ms=self.ahead_ms if place == 0 else 2.0,
                    init_work_ms=400 / (self.init_share or share),
                    call_work_ms=400 / share if first else 0.0,
                    init_ms=500.0,
                    restore_ms=self.restore_ms if first else None,
                )
            )
        self.kept[key] = [(each.environment, self.now_s) for each in heard]
        return tuple(heard)

    def look(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Answer what was prepared."""
        if operation not in self.looked:
            raise LabError(f"{service}:{operation}: AccessDenied", hint="allow it")
        return {**arguments, **self.looked[operation]}

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


def said_of(question: str, account: FakeAccount) -> tuple[State, str, dict[str, Any]]:
    """Return the answer of one question."""
    told: list[str] = []
    answers = {
        each.question: each for each in ask_all(QUESTIONS, [question], account, PLAN, lambda a: told.append(a.said))
    }
    answer = answers[question]
    assert told == [answer.said]
    assert {each.state for name, each in answers.items() if name != question} == {State.NOT_ASKED}
    return answer.state, answer.said, dict(answer.figures)


@pytest.mark.parametrize(("share", "word"), [(None, "init is not boosted"), (1.0, "init is boosted")])
def test_the_same_work_in_init_and_call_shows_a_boost(share: float | None, word: str) -> None:
    """At 128 MB a call has 7 % of a vCPU; init with a whole one takes 0.07x of that time."""
    state, said, figures = said_of("init-boost", FakeAccount(init_share=share))

    assert state is State.ANSWERED
    assert said.startswith(f"{word}: the same work takes in init {'1.00x' if share is None else '0.07x'} at 128 MB")
    assert figures["call_work_128_mb_ms"] == pytest.approx(400 * 1769 / 128, abs=0.1)


@pytest.mark.parametrize("shared", [True, False])
def test_log_streams_tell_whether_a_version_warms_its_alias(shared: bool) -> None:
    """Environments that the alias meets again were made by calls to the version."""
    _, said, figures = said_of("version-warms-alias", FakeAccount(shares_environments=shared))

    assert said.startswith("calls to a version warm" if shared else "calls to a version do not warm")
    assert figures["in_environments_of_the_version"] == (5.0 if shared else 0.0)


def test_an_environment_that_was_ready_for_long_was_made_ahead() -> None:
    """One of each burst of five had been ready for three seconds."""
    _, said, figures = said_of("made-ahead", FakeAccount(ahead_ms=3000.0))

    assert figures["made_ahead"] == 8.0
    assert said == "8 of 40 environments had been ready for more than 1 s when their first call came"


def test_idle_lives_are_told_by_the_environments_that_are_still_there() -> None:
    """Those that live for ten minutes are there after five and gone after twenty."""
    _, said, figures = said_of("idle-life", FakeAccount(idle_life_s=600.0))

    assert said == "environments still there: 5 of 5 after 5 min, 0 of 5 after 20 min"
    assert figures["alive_after_300_s"] == 5.0


def test_restores_are_counted_where_they_are_reported() -> None:
    """A runtime without snapshots reports none, and the question stays without an answer."""
    assert said_of("restore-duration", FakeAccount())[2]["median_ms"] == 230.0
    assert said_of("restore-duration", FakeAccount(restore_ms=None))[0] is State.UNANSWERED


@pytest.mark.parametrize(
    ("destination", "state"),
    [("XRay", State.ANSWERED), ("CloudWatchLogs", State.ANSWERED), (None, State.UNANSWERED)],
)
def test_the_destination_of_traces_is_one_of_two(destination: str | None, state: State) -> None:
    """Whatever else is answered settles nothing."""
    account = FakeAccount(looked={"get_trace_segment_destination": {"Destination": destination}})

    assert said_of("trace-destination", account)[0] is state


def test_a_refused_filter_is_an_answer() -> None:
    """That FilterLogEvents refuses such a group is what was asked."""
    refused = FakeAccount(looked={"create_log_group": {"logGroupName": "g"}})
    read = FakeAccount(looked={**refused.looked, "filter_log_events": {"events": []}})

    assert said_of("infrequent-access-filtered", refused)[2] == {"is_read": False}
    assert said_of("infrequent-access-filtered", read)[2] == {"is_read": True}


def _product(group: str, *prices: str) -> str:
    dimensions = {str(place): {"pricePerUnit": {"USD": price}} for place, price in enumerate(prices)}
    return json.dumps(
        {"product": {"attributes": {"group": group}}, "terms": {"OnDemand": {"t": {"priceDimensions": dimensions}}}}
    )


def test_a_price_is_that_before_discounts_and_others_are_named() -> None:
    """The price list has a row for each tier; the highest is the first."""
    rows = [
        _product("AWS-Lambda-Duration", "0.0000133334", "0.0000166667"),
        _product("AWS-Lambda-Requests", "0.0000004"),
    ]
    _, said, figures = said_of("prices", FakeAccount(looked={"get_products": {"PriceList": rows}}))

    assert figures == {"AWS-Lambda-Duration": 0.0000166667, "AWS-Lambda-Requests": 0.0000004}
    assert said == "1 of 2 prices of eu-central-1 are those of 2026-11, us-east-1, other: AWS-Lambda-Requests"


def test_a_denied_question_costs_no_other_its_answer() -> None:
    """What is denied is said, and the rest is asked."""
    heard: list[Answer] = []
    chosen = ["prices", "idle-life"]
    answers = {each.question: each for each in ask_all(QUESTIONS, chosen, FakeAccount(), PLAN, heard.append)}

    assert answers["prices"].state is State.UNANSWERED
    assert answers["prices"].said == "pricing:get_products: AccessDenied - allow it"
    assert answers["idle-life"].state is State.ANSWERED
    assert [each.question for each in heard] == chosen
