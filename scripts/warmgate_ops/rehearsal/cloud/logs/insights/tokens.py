"""Splits a query into tokens and hands them out one by one; an unexpected one is named with its place. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<span>\d+(?:ms|[smhdw])\b)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>`[^`]+`|@?[A-Za-z_][\w.@-]*)
      | (?P<sign>=~|!=|<=|>=|[=<>(),|*\[\]])
    """,
    re.VERBOSE,
)
_REGEX = re.compile(r"\s*/(?P<body>(?:[^/\\]|\\.)*)/")


class QueryError(Exception):
    """A query that is wrong or uses what is not known here; `start` and `end` are the characters it is about."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the query and where it stands; kind `end` closes the query."""

    kind: str
    text: str
    at: int

    @property
    def bare(self) -> str:
        """Return the text without its quotes."""
        return re.sub(r"\\(.)", r"\1", self.text[1:-1]) if self.kind == "text" else self.text.strip("`")


class Tokens:
    """A query that is read from left to right."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._at = 0

    def peek(self) -> Token:
        """Return the next token and leave it there."""
        while (found := self._match()) is not None and found.lastgroup == "space":
            self._at = found.end()
        if found is None or found.lastgroup is None:
            return Token("end", "the end of the query", self._at)
        return Token(found.lastgroup, found[0], found.start())

    def next(self) -> Token:
        """Return the next token."""
        token = self.peek()
        if token.kind != "end":
            self._at = token.at + len(token.text)
        return token

    def took(self, *texts: str) -> bool:
        """Return whether the next token is one of these words or signs, in any case, and step over it."""
        token = self.peek()
        found = token.kind in {"name", "sign"} and token.text.lower() in texts
        if found:
            self.next()
        return found

    def expect(self, kind: str, wanted: str) -> Token:
        """Return the next token, which must be of a kind; raises QueryError."""
        token = self.next()
        if token.kind != kind:
            raise self.error(token, wanted)
        return token

    def expect_sign(self, sign: str) -> None:
        """Step over a sign that must be there; raises QueryError."""
        token = self.next()
        if token.text != sign:
            raise self.error(token, repr(sign))

    def regex(self) -> re.Pattern[str] | None:
        """Return the regular expression that stands here, None where something else does; raises QueryError."""
        found = _REGEX.match(self._query, self._at)
        if found is None:
            return None
        self._at = found.end()
        body = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", found["body"].replace(r"\/", "/"))
        try:
            return re.compile(body)
        except re.error as error:
            raise QueryError(f"regular expression {body!r}: {error}", found.start(), found.end()) from error

    def since(self, at: int) -> str:
        """Return the text of the query from a place up to here."""
        return self._query[at : self._at].strip()

    def error(self, token: Token, wanted: str) -> QueryError:
        """Return the error for a token that is not what was wanted."""
        return QueryError(
            f"unexpected {token.text!r} at character {token.at}, expected {wanted}",
            token.at,
            token.at + len(token.text),
        )

    def _match(self) -> re.Match[str] | None:
        if self._at >= len(self._query):
            return None
        found = _TOKEN.match(self._query, self._at)
        if found is None:
            sign = self._query[self._at]
            raise QueryError(f"{sign!r} at character {self._at} is not understood", self._at, self._at + 1)
        return found
