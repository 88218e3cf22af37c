"""A notice as a message for Slack (Block Kit) and for Microsoft Teams (Adaptive Card). Pure: nothing is sent here.

What others have named stands in plain text alone, where neither renders links, mentions or markup.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.model.release import Notice, ReleaseOutcome

LONGEST_HEADER, LONGEST_TEXT, LONGEST_FIELD = 150, 3_000, 2_000
"""Slack's limits: of a header, of a section's text, of a field (docs.slack.dev/reference/block-kit/blocks)."""
CARD = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.4"
COLOURS = {ReleaseOutcome.RELEASED: "Good", ReleaseOutcome.UNKNOWN: "Warning", ReleaseOutcome.SUPERSEDED: "Warning"}


def slack_message(notice: Notice) -> dict[str, Any]:
    """Return the body of a Slack incoming webhook: headline, reason, what identifies the release, its report."""
    headline = _headline(notice)
    blocks = [
        {"type": "header", "text": _plain(headline, LONGEST_HEADER)},
        {"type": "section", "text": _plain(str(notice.detail["reason"]) or "no reason was stored", LONGEST_TEXT)},
        {"type": "section", "fields": [_plain(f"{name}: {value}", LONGEST_FIELD) for name, value in _facts(notice)]},
    ]
    address = _address(notice)
    if address.startswith("https://"):
        button = {"type": "button", "text": _plain("Open the report", 75), "url": address[:LONGEST_TEXT]}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": _escaped(headline), "blocks": blocks}


def teams_message(notice: Notice) -> dict[str, Any]:
    """Return the body of a Teams webhook: one Adaptive Card."""
    colour = COLOURS.get(notice.outcome, "Attention")
    card = _card(
        _run(_headline(notice), size="Large", weight="Bolder", color=colour),
        _run(str(notice.detail["reason"]) or "no reason was stored"),
        *(_run(f"{name}: {value}", isSubtle=True) for name, value in _facts(notice)),
    )
    address = _address(notice)
    if address.startswith("https://"):
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the report", "url": address}]
    return _message(card)


def slack_text(headline: str, text: str) -> dict[str, Any]:
    """Return the body of a Slack incoming webhook: a headline, and lines below it."""
    blocks = [
        {"type": "header", "text": _plain(headline, LONGEST_HEADER)},
        {"type": "section", "text": _plain(text, LONGEST_TEXT)},
    ]
    return {"text": _escaped(headline), "blocks": blocks}


def teams_text(headline: str, text: str) -> dict[str, Any]:
    """Return the body of a Teams webhook: one Adaptive Card with a headline, and lines below it."""
    lines = (_run(line) for line in text.splitlines() if line)
    return _message(_card(_run(headline, size="Large", weight="Bolder"), *lines))


FORMATS: dict[str, Callable[[Notice], dict[str, Any]]] = {"slack": slack_message, "teams": teams_message}

TEXTS: dict[str, Callable[[str, str], dict[str, Any]]] = {"slack": slack_text, "teams": teams_text}


def _card(*body: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "body": list(body)}


def _message(card: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}


def _headline(notice: Notice) -> str:
    return notice.subject.removeprefix("[warmgate] ")


def _facts(notice: Notice) -> list[tuple[str, str]]:
    """Return what identifies a release, without what is not known."""
    detail = notice.detail
    pairs = [
        ("Function", f"{detail['function']}:{detail['alias']}"),
        ("Version", f"{detail['candidate'] or '?'}, before it {detail['baseline'] or '?'}"),
        ("Deployment", notice.deployment_id),
        ("Rollback", detail["rollback_deployment_id"]),
        ("Ended", detail["summary"]),
        ("Report", _address(notice)),
    ]
    return [(name, str(value)) for name, value in pairs if value]


def _address(notice: Notice) -> str:
    return str(notice.detail["report"] or "")


def _plain(text: str, longest: int) -> dict[str, Any]:
    """Return Slack's plain text object; an emoji's name stays its name."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return {"type": "plain_text", "text": cut, "emoji": False}


def _escaped(text: str) -> str:
    """Return a text in which Slack finds no link and no mention (docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _run(text: str, **style: Any) -> dict[str, Any]:
    """Return a line of a card: a TextRun, which unlike a TextBlock knows no Markdown."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
