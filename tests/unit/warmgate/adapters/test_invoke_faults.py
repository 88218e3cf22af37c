"""The table of how a call can fail holds every error that Lambda's own model names, each once and with its advice."""

from __future__ import annotations

import botocore.session
import pytest

from warmgate.adapters.faults import LASTING, PASSING, THROTTLES
from warmgate.adapters.invoke_faults import ADVICE, FATES, INVOKE_FAULTS, NOT_ASSUMABLE, Fate

MODEL = botocore.session.Session().get_service_model("lambda").operation_model("Invoke")
COMMON = [
    *("AccessDeniedException", "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException"),
    *("IncompleteSignature", "InternalFailure", "OptInRequired", "RequestExpired", "ServiceUnavailable"),
    *("ThrottlingException", "InvalidClientTokenId", "InvalidSignatureException", "ValidationException"),
]
"""Errors of every AWS service, which Lambda's model does not repeat (Lambda API reference, common errors)."""


@pytest.mark.parametrize("code", sorted({*(shape.name for shape in MODEL.error_shapes), *COMMON}))
def test_every_error_of_invoke_is_sorted(code: str) -> None:
    """An error that the SDK's next model adds fails here until somebody has sorted it."""
    assert code in FATES
    assert ADVICE[code]


def test_each_error_stands_in_one_row() -> None:
    """Nothing is sorted twice, and each fate occurs."""
    assert sum(len(row.advice) for row in INVOKE_FAULTS) == len(FATES)
    assert {row.fate for row in INVOKE_FAULTS} == set(Fate)
    assert all(row.why for row in INVOKE_FAULTS)


def test_a_role_that_lambda_cannot_assume_is_not_the_callers_permission() -> None:
    """Each has an advice of its own."""
    assert (FATES[NOT_ASSUMABLE], FATES["AccessDeniedException"]) == (Fate.LASTING, Fate.REFUSED)
    assert "trust policy" in ADVICE[NOT_ASSUMABLE]
    assert "lambda:InvokeFunction" in ADVICE["AccessDeniedException"]


def test_what_lasts_is_never_asked_again() -> None:
    """The sets by which look-ups wait are made from the table."""
    assert {"SnapStartTimeoutException", "KMSAccessDeniedException"} <= LASTING
    assert not LASTING & (PASSING | THROTTLES)
