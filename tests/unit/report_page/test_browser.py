"""The page in a real browser: it renders, complains of nothing and asks nobody for anything."""

from __future__ import annotations

import shutil
import socket
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from report_page.case import stored_case
from report_page.page import render_page
from unit.report.judgements import REFUSED
from unit.report_page.cases import case_of, recorded

BROWSERS = ("chromium-headless-shell", "headless_shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in BROWSERS if (found := shutil.which(name))), "")
HOSTILE = "</title><script>console.error('ran')</script><img src=http://example.invalid/x.png>"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason=f"no browser: none of {', '.join(BROWSERS)} is installed"),
]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a browser made of a page."""

    dom: str
    complaints: tuple[str, ...]
    requests: int


def visit(folder: Path, html: str) -> Visit:
    """Open a page whose every request would go to a proxy of ours, which counts them."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.3)
        port = proxy.getsockname()[1]
        ran = subprocess.run(
            [
                *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *("--no-first-run", f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", "--v=0"),
                *(f"--proxy-server=127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>", "--timeout=4000"),
                *("--dump-dom", file.as_uri()),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        requests = 0
        while True:
            try:
                proxy.accept()[0].close()
            except TimeoutError:
                break
            requests += 1
    complaints = tuple(line for line in ran.stderr.splitlines() if "CONSOLE" in line)
    return Visit(ran.stdout, complaints, requests)


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
    assert seen.requests == 0
    assert "it runs no script" in seen.dom
    assert "<script" not in seen.dom


def test_the_browser_would_have_noticed(tmp_path: Path) -> None:
    """A page that complains and asks for an image is told from ours: the test above can fail."""
    seen = visit(tmp_path, "<script>console.error('ran')</script><img src='http://example.invalid/x.png'>")

    assert any("ran" in line for line in seen.complaints)
    assert seen.requests > 0
