"""What a runtime is told of a call and the emulator does not know: the ARN that was called, its trace. Pure.

The emulator tells every runtime an ARN of its own and no trace, and passes a client context on. So all of it goes in
there, and what runs in front of the handler takes it apart again: python_bootstrap.py, runtime.mjs, relay.py.
"""

from __future__ import annotations

import base64
import json


def told(arn: str, client_context: str | None, trace: str = "") -> str:
    """Return the client context that carries ARN, context and trace of a call, base64 as Invoke takes it."""
    context = base64.b64decode(client_context).decode("utf-8", "replace") if client_context else None
    return base64.b64encode(json.dumps({"arn": arn, "context": context, "trace": trace}).encode()).decode()


def heard(carried: str) -> tuple[str, str | None, str]:
    """Return ARN, client context and trace out of what a runtime gets; all empty where it is no call of ours."""
    found = json.loads(carried) if carried else {}
    return str(found.get("arn") or ""), found.get("context"), str(found.get("trace") or "")
