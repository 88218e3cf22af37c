"""Findings as one HTML page that needs nothing else: no network, script or font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from warmgate.visible import visible
from warmgate_ops.doctor.findings import Finding

_CSS = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0"
    " 1rem;color:#222;background:#fff}"
    "h2{margin-top:2.5rem;font-size:1.1rem}article{border-left:4px solid #888;padding:.2rem 1rem;margin:1rem 0}"
    ".error,.high{border-color:#b3261e}.warning,.medium{border-color:#b26a00}.info,.low{border-color:#33658a}"
    "pre{background:#f4f4f4;padding:.6rem;overflow:auto;white-space:pre-wrap}dt{font-weight:600}dd{margin:0 0 .4rem}"
    ".word{font-weight:700;text-transform:uppercase;font-size:.8rem}p.aside{color:#555}"
    "@media(prefers-color-scheme:dark){body{background:#1b1b1b;color:#ddd}pre{background:#2a2a2a}p.aside{color:#aaa}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is told of one thing that was looked at."""

    heading: str
    findings: Sequence[Finding]
    asides: Sequence[str] = ()


def render_html(title: str, sections: Sequence[Section], summary: str) -> str:
    """Return the page; the same findings give the same bytes."""
    body = "".join(_section(each) for each in sections)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_CSS}</style></head>\n'
        f"<body><h1>{_text(title)}</h1><p>{_text(summary)}</p>\n{body}</body></html>\n"
    )


def _section(section: Section) -> str:
    found = "".join(_finding(each) for each in section.findings)
    asides = "".join(f'<p class="aside">{_text(each)}</p>\n' for each in section.asides)
    return f"<h2>{_text(section.heading)}</h2>\n{found}{asides}"


def _finding(finding: Finding) -> str:
    where = f"{finding.place}: " if str(finding.place) else ""
    rows = (*finding.details(), ("why", finding.check.why), ("sources", "; ".join(finding.check.sources)))
    told = "".join(f"<dt>{_text(title)}</dt><dd>{_said(text)}</dd>" for title, text in rows)
    return (
        f'<article class="{_text(finding.word)}"><p><span class="word">{_text(finding.word)}</span>'
        f" <b>{_text(finding.check.id)}</b> {_text(finding.check.title)}</p>"
        f"<p>{_text(where + finding.message)}</p><dl>{told}</dl></article>\n"
    )


def _said(text: str) -> str:
    return f"<pre>{_text(text.strip())}</pre>" if "\n" in text else _text(text)


def _text(text: str) -> str:
    return escape(visible(text))
