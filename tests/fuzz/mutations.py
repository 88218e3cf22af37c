"""Makes a text into one that a hand, a cut or an attacker could have made of it; the same seed gives the same texts."""

from __future__ import annotations

import json
from random import Random
from typing import Any

LONGEST = 20_000
HOSTILE = (
    *("\x00", "\x07", "\x1b[2J", "\x1b]0;t\x07", "\x9b1m", "\x85", "\u2028", "\u202e", "\u2066", "\u200b", "\ufeff"),
    *(
        "\ud800",
        "\udfff",
        "\uffff",
        "\U000e0041",
        "\n::error::x",
        "##[command]x",
        "]]>",
        "<img src=x>",
        "[bold]",
        "{{7*7}}",
    ),
)
SYNTAX = (
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "\n",
        "\t",
        "\r",
        "'",
        '"',
        "\\",
        "\\u0000",
        "\\ud800",
        "$",
        "@",
        "`1`",
        "**",
        "||",
    ),
    *("&a ", "*a", "<<: ", "!!python/object ", "%YAML 9.9\n", "---\n", "...", "&a [*a,*a]", "[[" * 60, '{"a":' * 60),
    *("1e400", "-1e400", "9" * 400, "0x", "NaN", "Infinity", "null", "~", "true", "0.0", "1.2x", "85%", "400ms", "5s"),
    *("REPORT RequestId: ", "Init Duration: ", "Duration: ", "RESTORE_REPORT", "INIT_REPORT", "platform.report"),
    *("Status: timeout", "XRAY TraceId: ", "[ERROR] ", "$LATEST", "arn:aws:lambda:", "Fn::If", "!Ref ", "é", "𝔘", "٣"),
)


def mutated(text: str, random: Random) -> str:
    """Return a text with a few things changed."""
    for _ in range(random.choice([1, 1, 2, 3, 6])):
        text = random.choice(_CHANGES)(text, random)[:LONGEST]
    return text


def mutated_json(text: str, random: Random) -> str:
    """Return a JSON text that is still JSON, with hostile or unfit values in places; any other text as `mutated`."""
    try:
        value = json.loads(text)
    except ValueError:
        return mutated(text, random)
    for _ in range(random.choice([1, 2, 5])):
        value = _replaced(value, random)
    return json.dumps(value, ensure_ascii=random.random() < 0.5)


def _replaced(value: Any, random: Random) -> Any:
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        if random.random() < 0.05:
            return {other: each for other, each in value.items() if other != key}
        return {**value, key: _replaced(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.9:
        place = random.randrange(len(value))
        return [*value[:place], _replaced(value[place], random), *value[place + 1 :]]
    if isinstance(value, str) and random.random() < 0.8:
        return _inserted(value, random)
    return random.choice([None, True, -1, 0, 1e308, "", "x" * 300, [], {}, [value], random.choice(HOSTILE)])


def _cut(text: str, random: Random) -> str:
    place = random.randrange(len(text) + 1)
    return text[:place] + text[place + random.choice([1, 1, 4, 40]) :]


def _inserted(text: str, random: Random) -> str:
    place = random.randrange(len(text) + 1)
    return text[:place] + random.choice(random.choice([HOSTILE, SYNTAX])) + text[place:]


def _copied(text: str, random: Random) -> str:
    begin, place = random.randrange(len(text) + 1), random.randrange(len(text) + 1)
    return text[:place] + text[begin : begin + random.choice([3, 20, 200])] * random.choice([1, 1, 30]) + text[place:]


def _replaced_character(text: str, random: Random) -> str:
    place = random.randrange(len(text) + 1)
    low, high = random.choice([(0, 32), (32, 127), (128, 0x2100), (0xD800, 0xE000), (0x10000, 0x10FFFF)])
    return text[:place] + chr(random.randrange(low, high)) + text[place + 1 :]


def _lines_moved(text: str, random: Random) -> str:
    lines = text.split("\n")
    if random.random() < 0.2:
        random.shuffle(lines)
    else:
        lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
    return "\n".join(lines)


def _number_changed(text: str, random: Random) -> str:
    return text.replace(
        random.choice("0123456789"), random.choice(["-", "9" * 30, "1e999", "", "٣"]), random.choice([1, 99])
    )


_CHANGES = (_cut, _inserted, _inserted, _copied, _replaced_character, _lines_moved, _number_changed)
