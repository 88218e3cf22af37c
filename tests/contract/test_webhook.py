"""The message to a chat over HTTP: once, within its time, and its address in nothing that is told of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from support.reports.releases import ENDS, completed
from warmgate.adapters.webhook import ATTEMPTS, PAUSE_S, TIMEOUT_S, Webhook, WebhookNotices
from warmgate.errors import NoticeError
from warmgate.report.chat import FORMATS, TEXTS
from warmgate.report.notice import build_notice
from warmgate_ops.cold_starts.watching.channels import ChatChannel
from warmgate_ops.cold_starts.watching.words import Message

NOTICE = build_notice(completed(ENDS["rolled_back"]), "https://console.example.com/report.md")
TOKEN = "T000-secret"
RESERVE_S = 15.0
"""What the controller keeps back for report and notices."""


@dataclass
class Chat:
    """A webhook on this machine: what it was posted, and what it answers, the last answer for ever."""

    answers: list[int] = field(default_factory=lambda: [200])
    bodies: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    port: int = 0
    silent: threading.Event | None = None

    @property
    def address(self) -> str:
        """Return the address, which is a secret."""
        return f"http://127.0.0.1:{self.port}/services/{TOKEN}"


@pytest.fixture
def chat() -> Iterator[Chat]:
    """Give a webhook."""
    told = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.paths.append(self.path)
            told.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            assert self.headers["Content-Type"] == "application/json"
            if told.silent:
                told.silent.wait(10)
            self.send_response(told.answers.pop(0) if len(told.answers) > 1 else told.answers[0])
            self.send_header("Location", f"http://127.0.0.1:{told.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_given: Any) -> None:
            """Write no line."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    if told.silent:
        told.silent.set()
    server.shutdown()
    server.server_close()
    thread.join()


class Secrets:
    """Secrets Manager with one secret."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, service: str) -> Secrets:
        """Return itself as the client."""
        assert service == "secretsmanager"
        return self

    def get_secret_value(self, **asked: str) -> dict[str, str]:
        """Return the secret."""
        assert asked == {"SecretId": "arn:secret"}
        return {"SecretString": self._value}


def webhook(value: str, form: str = "slack", timeout_s: float = 5.0) -> tuple[WebhookNotices, list[float]]:
    """Return the way with its pauses."""
    pauses: list[float] = []
    return WebhookNotices(Secrets(value), "arn:secret", form, pauses.append, timeout_s), pauses


@pytest.mark.parametrize("form", FORMATS)
def test_the_message_of_its_format_arrives_once(chat: Chat, form: str) -> None:
    """The address is the secret's, plain or as `url` of a JSON object."""
    webhook(chat.address, form)[0].send(NOTICE)
    webhook(json.dumps({"url": chat.address}), form)[0].send(NOTICE)

    assert chat.bodies == [FORMATS[form](NOTICE)] * 2
    assert chat.paths == [f"/services/{TOKEN}"] * 2


def test_a_week_of_cold_starts_arrives_in_its_format(chat: Chat) -> None:
    """By the same webhook as a release, without the mark of a subject."""
    message = Message(subject="[warmgate] 6 cold starts", text="Cold starts\n6 cold starts\n")
    ChatChannel(Webhook(Secrets(chat.address), "arn:secret"), "teams").tell(message)

    assert chat.bodies == [TEXTS["teams"]("6 cold starts", message.text)]


def test_what_may_pass_is_tried_once_more(chat: Chat) -> None:
    """After a pause."""
    chat.answers = [503, 202]
    way, pauses = webhook(chat.address)
    way.send(NOTICE)

    assert (len(chat.bodies), pauses) == (2, [PAUSE_S])


@pytest.mark.parametrize(("answer", "tries"), [(429, ATTEMPTS), (500, ATTEMPTS), (404, 1), (302, 1), (307, 1)])
def test_a_message_that_is_not_taken_is_an_error_that_keeps_the_secret(chat: Chat, answer: int, tries: int) -> None:
    """So often as is said, with no redirect followed and no address in the words."""
    chat.answers = [answer]
    way, _ = webhook(chat.address)
    with pytest.raises(NoticeError, match=f"HTTP {answer}") as told:
        way.send(NOTICE)

    assert chat.paths == [f"/services/{TOKEN}"] * tries
    assert TOKEN not in f"{told.value}{told.value.__cause__!r}"


def test_a_webhook_that_does_not_answer_takes_its_time_and_no_more(chat: Chat) -> None:
    """Each attempt ends with its time-out; all of them with the pause fit into what the controller keeps back."""
    chat.silent = threading.Event()
    way, pauses = webhook(chat.address, timeout_s=0.2)
    with pytest.raises(NoticeError, match="the webhook did not take the message: TimeoutError"):
        way.send(NOTICE)

    assert len(pauses) == ATTEMPTS - 1
    assert ATTEMPTS * TIMEOUT_S + (ATTEMPTS - 1) * PAUSE_S < RESERVE_S


def test_nobody_at_the_address_is_an_error() -> None:
    """With the reason, not the address."""
    way, _ = webhook(f"http://127.0.0.1:9/{TOKEN}")
    with pytest.raises(NoticeError, match="ConnectionRefusedError") as told:
        way.send(NOTICE)

    assert TOKEN not in str(told.value)


@pytest.mark.parametrize(
    "value",
    ["", "{}", "[1]", '{"url": 1}', f"http://chat.example.com/{TOKEN}", f"file:///etc/{TOKEN}", f"https:///{TOKEN}"],
)
def test_a_secret_without_a_safe_address_is_an_error(value: str) -> None:
    """HTTPS alone, but for a server on the same machine."""
    way, _ = webhook(value)
    with pytest.raises(NoticeError, match="the secret holds no address of a webhook") as told:
        way.send(NOTICE)

    assert TOKEN not in str(told.value)
