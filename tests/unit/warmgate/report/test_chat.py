"""Messages for Slack and Teams as both document them, with nothing in them that either would render or obey."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.reports.releases import ENDS, completed
from warmgate.model.release import Notice
from warmgate.report.chat import FORMATS, TEXTS, slack_message, teams_message
from warmgate.report.notice import build_notice
from warmgate.settings import CHATS

CONSOLE = "https://console.example.com/s3/object/reports/d-ABCDEF123/report.md"
HOSTILE = "<!channel> <https://evil.example|click> [click](https://evil.example) @all :fire: "
BLOCKS = {"header": {"text"}, "section": {"text", "fields"}, "actions": {"elements"}}
"""Of docs.slack.dev/reference/block-kit/blocks, what a block of each type may hold here."""


def notice(end: str = "rolled_back", address: str = CONSOLE, **changes: Any) -> Notice:
    """Return the notice of a release that ended so."""
    return build_notice({**completed(ENDS[end]), **changes}, address)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a message."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


@pytest.mark.parametrize("end", ENDS)
def test_a_slack_message_has_the_documented_shape(end: str) -> None:
    """A fallback text, and blocks within their limits; a header is plain text."""
    message = slack_message(notice(end))

    assert set(message) == {"text", "blocks"}
    assert [block["type"] for block in message["blocks"]] == ["header", "section", "section", "actions"]
    for block in message["blocks"]:
        assert set(block) - {"type"} <= BLOCKS[block["type"]]
    header, reason, facts, actions = message["blocks"]
    assert 0 < len(header["text"]["text"]) <= 150
    assert 0 < len(reason["text"]["text"]) <= 3000
    assert 0 < len(facts["fields"]) <= 10
    assert all(0 < len(field["text"]) <= 2000 for field in facts["fields"])
    assert actions["elements"][0] == {
        "type": "button",
        "text": {"type": "plain_text", "text": "Open the report", "emoji": False},
        "url": CONSOLE,
    }


@pytest.mark.parametrize("end", ENDS)
def test_a_teams_message_has_the_documented_shape(end: str) -> None:
    """One Adaptive Card as attachment, of a version that Teams knows, in elements of that version."""
    message = teams_message(notice(end))
    (attachment,) = message["attachments"]
    card = attachment["content"]

    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["$schema"] == "http://adaptivecards.io/schemas/adaptive-card.json"
    assert all(element["type"] == "RichTextBlock" for element in card["body"])
    assert all(run["type"] == "TextRun" and run["text"] for each in card["body"] for run in each["inlines"])
    assert card["body"][0]["inlines"][0]["color"] in {"Good", "Warning", "Attention"}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open the report", "url": CONSOLE}]
    assert len(json.dumps(message)) < 28_000


@pytest.mark.parametrize("form", FORMATS)
def test_what_identifies_a_release_is_in_the_message(form: str) -> None:
    """Function, versions, deployment, rollback and the reason."""
    text = json.dumps(FORMATS[form](notice()), ensure_ascii=False)

    for part in ("ROLLED BACK", "checkout-api:live", "d-ABCDEF123", "d-BACK00000", "9 of 43 calls took longer"):
        assert part in text


@pytest.mark.parametrize("form", FORMATS)
def test_what_others_have_named_is_not_rendered(form: str) -> None:
    """Text of others stands in plain text and text runs alone: no link, no mention, no Markdown."""
    message = FORMATS[form](notice(reason=HOSTILE * 200, target={"function": HOSTILE, "alias": HOSTILE}))

    assert not {"mrkdwn", "TextBlock", "FactSet"} & {str(each.get("type")) for each in parts(message)}
    assert "<!channel>" not in str(message.get("text", ""))
    assert {each["url"] for each in parts(message) if "url" in each} == {CONSOLE}
    assert all(each["emoji"] is False for each in parts(message) if each.get("type") == "plain_text")
    assert all(len(each["text"]) <= 3000 for each in parts(message) if isinstance(each.get("text"), str))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("address", ["", "s3://reports/d-ABCDEF123/report.md", "javascript:alert(1)"])
def test_only_an_address_of_the_web_is_a_button(form: str, address: str) -> None:
    """A place in S3 is named, and opens nothing."""
    message = FORMATS[form](notice(address=address))

    assert not any("url" in each for each in parts(message))
    assert address in json.dumps(message)


def test_every_chat_that_can_be_set_has_a_format() -> None:
    """Settings name the chats without the formats, which no hook before the shift needs."""
    assert set(CHATS) == set(FORMATS)


@pytest.mark.parametrize("form", TEXTS)
def test_a_text_is_shown_as_it_is(form: str) -> None:
    """Headline and lines are plain text alone, within Slack's limits, whatever they hold."""
    message = TEXTS[form](HOSTILE * 10, f"{HOSTILE}\n" * 200)
    written = {part["type"]: part for part in parts(message) if "type" in part}

    if form == "slack":
        assert [block["type"] for block in message["blocks"]] == ["header", "section"]
        assert {part["type"] for part in parts(message["blocks"]) if "text" in part} == {
            "header",
            "section",
            "plain_text",
        }
        assert len(message["blocks"][0]["text"]["text"]) == 150
        assert len(message["blocks"][1]["text"]["text"]) == 3000
        assert "<" not in message["text"]
    else:
        assert set(written) == {"message", "AdaptiveCard", "RichTextBlock", "TextRun"}
