"""The page in a real browser: it renders, complains of nothing and asks nobody for anything."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support.reports.judgements import REFUSED
from support.reports.page_cases import case_of, recorded
from warmgate_ops.page.case import stored_case
from warmgate_ops.page.page import render_page

BROWSERS = ("chromium-headless-shell", "headless_shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in BROWSERS if (found := shutil.which(name))), "")
HOSTILE = "</title><script>console.error('ran')</script><img src=http://example.invalid/x.png>"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason=f"no browser: none of {', '.join(BROWSERS)} is installed"),
]


OUTSIDE = {
    "http://image.invalid/x.png": "<img src='{}'>",
    "http://127.0.0.1:9/x.png": "<img src='{}'>",
    "https://style.invalid/x.css": "<link rel=stylesheet href='{}'>",
    "https://font.invalid/x.woff": "<style>@font-face {{font-family: x; src: url({})}} p {{font-family: x}}</style>",
    "http://background.invalid/x.png": "<p style='background: url({})'>text</p>",
    "http://frame.invalid/": "<iframe src='{}'></iframe>",
    "https://answer.invalid/": "<script>fetch('{}').catch(() => 0)</script>",
    "ws://socket.invalid/": "<script>new WebSocket('{}')</script>",
}
"""Ways in which a page asks for something: the address, and the markup that names it."""
QUIET = (
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps"),
    *("--disable-domain-reliability", "--disable-extensions", "--disable-quic", "--no-first-run", "--no-pings"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a browser made of a page."""

    dom: str
    complaints: tuple[str, ...]
    requests: frozenset[str]


def visit(folder: Path, html: str) -> Visit:
    """Open a page, in a profile of its own, where no request gets further than a closed port."""
    file, log = folder / "page.html", folder / "network.json"
    file.write_text(html, encoding="utf-8")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ran = subprocess.run(
            [
                *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", *QUIET, "--enable-logging=stderr", "--v=0"),
                *(f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "--timeout=4000"),
                *(f"--proxy-server=127.0.0.1:{closed.getsockname()[1]}", "--proxy-bypass-list=<-loopback>"),
                *("--dump-dom", file.as_uri()),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    complaints = tuple(line for line in ran.stderr.splitlines() if "CONSOLE" in line)
    return Visit(ran.stdout, complaints, requests_of_the_page(log))


def requests_of_the_page(log: Path) -> frozenset[str]:
    """Return the addresses in a browser's network log that it did not ask for by itself.

    No flag stops Chromium 156 from asking for its components and accounts. In the log such a request has no origin; a
    page's request has one, and a connection that a page opens ahead belongs to no request.
    """
    events = [event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"]]
    own = {event["url"] for event in events if event.get("initiator") == "not an origin"}
    return frozenset(event["url"] for event in events if event.get("url")) - own


@pytest.mark.parametrize(
    "html",
    [
        render_page(case_of(recorded(factor=6.0))),
        render_page(stored_case(REFUSED, "s3://reports/d-ABCDEF123", "{}")),
        render_page(case_of(recorded(probe=HOSTILE, named=False), run=HOSTILE)),
        render_page(stored_case(replace(REFUSED, samples=tuple(recorded(60, 20))), "folder", "{}")),
    ],
    ids=["replayed", "stored", "hostile", "large"],
)
def test_a_browser_shows_it_and_has_nothing_to_complain_of(tmp_path: Path, html: str) -> None:
    """No message in its console, no request, and the last line of the page is there."""
    seen = visit(tmp_path, html)

    assert seen.complaints == ()
    assert seen.requests == set()
    assert "it runs no script" in seen.dom
    assert "<script" not in seen.dom


def test_the_browser_would_have_noticed(tmp_path: Path) -> None:
    """A page that complains, and asks in any of these ways, is told from ours: the test above can fail."""
    markup = "".join(text.format(address) for address, text in OUTSIDE.items())
    seen = visit(tmp_path, f"<script>console.error('ran')</script>{markup}")

    assert any("ran" in line for line in seen.complaints)
    assert seen.requests == set(OUTSIDE)
