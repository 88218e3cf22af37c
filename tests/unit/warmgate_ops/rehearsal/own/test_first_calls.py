"""The baseline is called first: where it fails too, the candidate is not judged."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

from warmgate.policy.values import ErrorAction, Expect, Policy, Probe, When
from warmgate_ops.rehearsal.own.first_calls import ProbeError, proved

RAISED = (b'{"errorType": "KeyError", "errorMessage": "\'TABLE\'"}', "Unhandled")
PROBES = (Probe(name="small", payload={"a": 1}, expect=Expect(jmespath="statusCode == `200`")),)
POLICY = Policy(name="own", probes=PROBES)


class Lambda:
    """Answers each version as it is told to, with a line of log."""

    def __init__(self, **answers: tuple[bytes, str | None]) -> None:
        self._answers = answers
        self.called: list[tuple[str, Any]] = []

    def invoke(self, **asked: Any) -> dict[str, Any]:
        """Answer a call."""
        self.called.append((asked["Qualifier"], json.loads(asked["Payload"])))
        payload, error = self._answers["v" + asked["Qualifier"]]
        tail = f"START RequestId: x Version: 1\nlooking up in {asked['Qualifier']}\nREPORT RequestId: x\n"
        said = {"Payload": io.BytesIO(payload), "LogResult": base64.b64encode(tail.encode()).decode()}
        return {**said, "FunctionError": error} if error else said


def test_a_baseline_that_passes_is_all_that_is_called() -> None:
    """The candidate stays cold for those who measure it."""
    client = Lambda(v1=(b'{"statusCode": 200}', None))

    assert list(proved(client, "orders", ("1", "2"), POLICY)) == []
    assert client.called == [("1", {"a": 1})]


@pytest.mark.parametrize(
    ("answer", "said"),
    [(RAISED, '"errorType": "KeyError"'), ((b'{"statusCode": 500}', None), 'the answer was {"statusCode": 500}')],
)
def test_where_both_fail_both_are_told_with_what_they_wrote(answer: tuple[bytes, str | None], said: str) -> None:
    """Errors and wrong answers alike, in the hook's words: the probe or the set-up is at fault."""
    with pytest.raises(ProbeError) as raised:
        list(proved(Lambda(v1=answer, v2=answer), "orders", ("1", "2"), POLICY))

    told = str(raised.value)
    assert told.count(said) == 2
    way = "statusCode 500" if answer[1] is None else "KeyError: 'TABLE'"
    assert told.startswith(f"probe small does not fit: version 1 fails it the same way: {way}\n")
    assert "baseline (version 1)" in told
    assert "candidate (version 2)" in told
    assert "log: looking up in 1" in told
    assert "log: looking up in 2" in told
    assert "START" not in told


def test_a_candidate_that_mends_what_the_baseline_fails_is_judged_with_a_note() -> None:
    """That may be what the release is for."""
    client = Lambda(v1=RAISED, v2=(b'{"statusCode": 200}', None))

    (note,) = proved(client, "orders", ("1", "2"), POLICY)
    assert note.startswith("probe small: the baseline fails it and the candidate does not: ")


def test_a_candidate_that_fails_in_another_way_is_judged_with_a_note() -> None:
    """The hook refuses it: a baseline that raises one error excuses no other."""
    other = (b'{"errorType": "Runtime.ImportModuleError", "errorMessage": "No module named app"}', "Unhandled")

    (note,) = proved(Lambda(v1=RAISED, v2=other), "orders", ("1", "2"), POLICY)
    assert note == (
        "probe small: the baseline fails it (KeyError: 'TABLE'),"
        " the candidate in another way (Runtime.ImportModuleError: No module named app)"
    )


def test_a_policy_that_lets_an_unfit_probe_pass_is_rehearsed() -> None:
    """The hook judges the rest, and its report tells of the probe."""
    policy = Policy(name="own", probes=PROBES, when=When(probe_unfit=ErrorAction.PASS))

    assert list(proved(Lambda(v1=RAISED, v2=RAISED), "orders", ("1", "2"), policy)) == []


def test_an_error_that_is_expected_is_no_fault() -> None:
    """A probe may ask for an error type; an answer without one is then the fault."""
    policy = Policy(name="own", probes=(Probe(name="bad", expect=Expect(error_type="KeyError")),))

    assert list(proved(Lambda(v1=RAISED), "orders", ("1", "2"), policy)) == []
    fine = (b"{}", None)
    with pytest.raises(ProbeError, match="no error, expected error_type KeyError"):
        list(proved(Lambda(v1=fine, v2=fine), "orders", ("1", "2"), policy))
