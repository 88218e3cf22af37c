"""What a runtime is told of a call and the emulator does not know: the ARN that was called. Pure.

The emulator tells every runtime an ARN of its own, and passes a client context on. So both go in the client context,
and what runs in front of the handler takes them apart again: python_bootstrap.py, runtime.mjs, relay.py.
"""

from __future__ import annotations

import base64
import json


def told(arn: str, client_context: str | None) -> str:
    """Return the client context that carries an ARN and the context of the call, base64 as Invoke takes it."""
    context = base64.b64decode(client_context).decode("utf-8", "replace") if client_context else None
    return base64.b64encode(json.dumps({"arn": arn, "context": context}).encode()).decode()


def heard(carried: str) -> tuple[str, str | None]:
    """Return the ARN and the client context out of what a runtime gets; both empty where it is no call of ours."""
    found = json.loads(carried) if carried else {}
    return str(found.get("arn") or ""), found.get("context")
