"""Answers of the front as HTTP has them."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

from aiohttp import web

from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Refused
from warmgate_ops.rehearsal.cloud.lambda_runtime.platform import Invoked


def json_answer(status: int, body: dict[str, Any], content_type: str = "application/json") -> web.Response:
    """Return a status with a body in JSON."""
    return web.Response(
        status=status,
        body=json.dumps(body).encode(),
        headers={"Content-Type": content_type, "x-amzn-RequestId": str(uuid.uuid4())},
    )


def rest_answer(status: int, body: dict[str, Any]) -> web.Response:
    """Return an answer of a service whose operations are paths; a refusal names its code in a header too."""
    answer = json_answer(status, body)
    if "__type" in body:
        answer.headers["x-amzn-ErrorType"] = str(body["__type"])
    return answer


def refusal_answer(refused: Refused) -> web.Response:
    """Return a refusal of Lambda."""
    answer = json_answer(refused.status, refused.body)
    answer.headers["x-amzn-ErrorType"] = refused.code
    return answer


def invoked_answer(invoked: Invoked, *, tail: bool) -> web.Response:
    """Return the answer of Invoke, with the end of its log where asked for."""
    headers = {
        "X-Amz-Executed-Version": invoked.executed_version,
        "x-amzn-RequestId": invoked.request_id,
        "Content-Type": "application/json",
    }
    if invoked.function_error:
        headers["X-Amz-Function-Error"] = invoked.function_error
    if tail:
        headers["X-Amz-Log-Result"] = base64.b64encode(invoked.log_tail).decode()
    return web.Response(status=200, body=invoked.payload, headers=headers)
