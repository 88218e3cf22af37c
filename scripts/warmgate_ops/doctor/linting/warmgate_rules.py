"""The doctor's checks of a template as rules of cfn-lint: errors are E9800, warnings W9801, notes I9802.

cfn-lint loads this file by its path, so that it finds its own package by itself.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_SCRIPTS = Path(__file__).resolve().parents[3]
for folder in (_SCRIPTS, _SCRIPTS.parent / "hooks"):
    if folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))

from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-not-found]  # noqa: E402 - its own package is found first

from warmgate.errors import DocumentError  # noqa: E402
from warmgate_ops.doctor.facts import Facts  # noqa: E402
from warmgate_ops.doctor.findings import Severity, examine  # noqa: E402
from warmgate_ops.doctor.registry import CHECKS  # noqa: E402
from warmgate_ops.doctor.template.reading import read_template  # noqa: E402


def _matches(file: str, severity: Severity) -> list[Any]:
    try:
        template = read_template(Path(file).read_text(encoding="utf-8-sig"), file)
    except (OSError, UnicodeDecodeError, DocumentError):
        return []  # cfn-lint itself says what it cannot read
    found = (each for each in examine(CHECKS, [Facts(template=template)]).findings if each.severity is severity)
    return [
        _match(each.place.line or 1, f"{each.check.id} {each.place.name}: {each.message}; {each.check.fix}")
        for each in found
    ]


def _match(line: int, message: str) -> Any:
    return RuleMatch([], message, location=(line - 1, 0, line - 1, 1))


class ReleaseBreaks(CloudFormationLintRule):  # type: ignore[misc]
    """What breaks a release."""

    id = "E9800"
    shortdesc = "A release breaks"
    description = "An error that warmgate doctor finds in the template"
    source_url = ""
    tags = ["codedeploy", "lambda"]  # noqa: RUF012 - as cfn-lint declares it

    def match(self, cfn: Any) -> list[Any]:
        """Return a match for each error."""
        return _matches(cfn.filename, Severity.ERROR)


class ReleaseWeakens(ReleaseBreaks):
    """What weakens a release."""

    id = "W9801"
    shortdesc = "A release is weakened"
    description = "A warning that warmgate doctor finds in the template"

    def match(self, cfn: Any) -> list[Any]:
        """Return a match for each warning."""
        return _matches(cfn.filename, Severity.WARNING)


class ReleaseRemark(ReleaseBreaks):
    """What is worth knowing of a release."""

    id = "I9802"
    shortdesc = "Worth knowing of a release"
    description = "A note of warmgate doctor on the template"

    def match(self, cfn: Any) -> list[Any]:
        """Return a match for each note."""
        return _matches(cfn.filename, Severity.INFO)
