"""Runtimes that cannot be rehearsed: the emulator would run them, but nothing here starts their processes."""

from __future__ import annotations

import re

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Launch, NotHere, Places

_KNOWN = re.compile(r"(?P<language>java|dotnet|ruby|go|nodejs|python)\d")
_LANGUAGES = {"java": "Java", "dotnet": ".NET", "ruby": "Ruby", "go": "Go", "nodejs": "Node.js", "python": "Python"}
_HINT = "rehearse a function of Python, Node.js or provided.*, and let the hook judge this one in its account"


class Unsupported:
    """Whatever no other family serves: Java, .NET, Ruby, container images."""

    def serves(self, runtime: str) -> bool:  # noqa: ARG002 - as the protocol
        """Return True: it is asked last."""
        return True

    def why_not_here(self, runtime: str) -> NotHere:
        """Say which language it is, or that nobody knows the identifier."""
        if not runtime:
            return NotHere("a container image is not rehearsable here", _HINT)
        known = _KNOWN.match(runtime)
        if known:
            return NotHere(f"{runtime} ({_LANGUAGES[known['language']]}) is not rehearsable here", _HINT)
        return NotHere(f"{runtime!r} is no runtime identifier of Lambda that is known here", _HINT)

    def launch(self, runtime: str, handler: str, places: Places) -> Launch:  # noqa: ARG002 - as the protocol
        """Raise SettingsError: it cannot be started."""
        found = self.why_not_here(runtime)
        raise SettingsError(found.why, hint=found.hint)
