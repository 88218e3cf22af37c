"""Closes the ports: what the SDK raises leaves an adapter as the port's own error, and its text is made here alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.errors import WarmgateError

UNANSWERED = (*SDK_ERRORS, UnicodeDecodeError)
"""No answer, or one that was to be text and is none."""


@contextmanager
def raised_as(
    kind: Callable[..., WarmgateError], what: str, hint: str = "", **flags: Callable[[BaseException], bool]
) -> Iterator[None]:
    """Raise what the SDK raises as an error of one kind.

    Args:
        kind: the port's error.
        what: what did not come about; the SDK's code and words follow it.
        hint: what to do about it.
        flags: attributes of the port's error, each by what tells it from the SDK's.
    """
    try:
        yield
    except UNANSWERED as error:
        known = {name: holds(error) for name, holds in flags.items()}
        raise kind(f"{what}: {code_of(error)}: {error}", hint=hint, **known) from error


class Unless:
    """Lets some codes pass inside of `raised_as`: they are an answer, which the lines after the block give."""

    def __init__(self, *codes: str) -> None:
        self._codes = codes

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> bool:
        """Return whether the block ended with one of the codes."""
        return isinstance(error, SDK_ERRORS) and code_of(error) in self._codes
