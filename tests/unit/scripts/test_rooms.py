"""The picture and the table of folders."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from generate.rooms import BEGIN, END, PLACES, STEPS, layers_of, rooms_svg, with_rooms

ROOT = Path(__file__).parents[3]


def test_every_layer_is_in_the_picture() -> None:
    """Each folder of the layers has a box, and each step of an event has a folder."""
    texts = [element.text or "" for element in ET.fromstring(rooms_svg(ROOT)).iter() if element.tag.endswith("text")]
    names = [name for layer in layers_of(ROOT) for name in layer]

    assert all(any(text.split("  ")[-1] == name for text in texts) for name in names)
    assert {room for room, _ in STEPS} - {"entry points"} <= set(names)


def test_every_folder_has_a_line() -> None:
    """No package is left out of the table."""
    page = with_rooms(f"{BEGIN}{END}", ROOT)
    folders = [path.parent for place in PLACES for path in (ROOT / place).glob("*/__init__.py")]

    assert all(f"| `{folder.relative_to(ROOT)}` | " in page for folder in folders)
    assert "|  |" not in page


def test_a_page_without_its_place_is_named() -> None:
    """Nothing is written where the marks are gone."""
    with pytest.raises(ValueError, match="expected the place of the table"):
        with_rooms("# Contributing", ROOT)
