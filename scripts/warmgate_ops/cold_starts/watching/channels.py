"""The ways by which people are told of a week: a topic, a chat, and a line in the log."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from warmgate.adapters.port_errors import raised_as
from warmgate.adapters.webhook import Webhook
from warmgate.errors import NoticeError
from warmgate.report.chat import TEXTS
from warmgate_ops.cold_starts.watching.words import Message


class TopicChannel:
    """An SNS message, with the attribute `report` = `cold-starts` to filter by."""

    name = "topic"

    def __init__(self, clients: Callable[[str], Any], topic_arn: str) -> None:
        self._clients = clients
        self._topic_arn = topic_arn

    def tell(self, message: Message) -> None:
        """Publish the message; raises NoticeError."""
        hint = "check WARMGATE_TOPIC_ARN, and allow sns:Publish on it to the cold-start watch's role"
        with raised_as(NoticeError, f"{self._topic_arn} did not take the message", hint):
            self._clients("sns").publish(
                TopicArn=self._topic_arn,
                Subject=message.subject.encode("ascii", "replace").decode(),
                Message=message.text,
                MessageAttributes={"report": {"DataType": "String", "StringValue": "cold-starts"}},
            )


class ChatChannel:
    """A message to a chat by its webhook."""

    name = "webhook"

    def __init__(self, webhook: Webhook, form: str) -> None:
        self._webhook = webhook
        self._form = form

    def tell(self, message: Message) -> None:
        """Post the message; raises NoticeError."""
        headline = message.subject.removeprefix("[warmgate] ")
        self._webhook.post(TEXTS[self._form](headline, message.text))


class LogChannel:
    """One structured line in the watch's own log."""

    name = "log"

    def tell(self, message: Message) -> None:
        """Write the line."""
        line = {"warmgate": "cold-starts", "subject": message.subject, "text": message.text}
        print(json.dumps(line), file=sys.stdout, flush=True)
