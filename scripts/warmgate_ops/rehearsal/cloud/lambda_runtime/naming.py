"""Names of functions as calls carry them: a name, a partial ARN or a whole one, with or without a qualifier. Pure."""

from __future__ import annotations

import re

_ARN = re.compile(r"^(?:arn:[^:]*:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?(?P<name>[^:]+)(?::(?P<qualifier>[^:]+))?$")


def named(name: str, qualifier: str | None = None) -> tuple[str, str]:
    """Return function and qualifier of a name or an ARN; a qualifier given beside it wins."""
    parts = _ARN.match(name)
    if parts is None:
        return name, qualifier or ""
    return parts["name"], qualifier or parts["qualifier"] or ""
