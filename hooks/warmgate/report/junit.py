"""A report document as JUnit XML, which every CI server shows: one test case a check."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from warmgate.visible import one_line


def render_junit(document: dict[str, Any]) -> str:
    """Return the XML of a report document; a check that refuses is a failure, one that could not be found out an error.

    An inconclusive check is shown as skipped: it neither proves nor refutes.
    """
    verdicts = [("", document)]
    verdicts += [(f"{each['by']}.", each) for each in (document.get("release") or {}).get("verdicts", [])]
    suite = ET.Element("testsuite", name=one_line(f"warmgate {document['deployment_id']}"))
    counts = {"failures": 0, "errors": 0, "skipped": 0}
    tags = {"failed": ("failure", "failures"), "error": ("error", "errors")}
    tags |= dict.fromkeys(("inconclusive", "skipped"), ("skipped", "skipped"))
    total = 0
    for by, verdict in verdicts:
        findings = verdict["findings"] or [
            {"check": "verdict", "outcome": verdict["outcome"], "reason": verdict["reason"]}
        ]
        for finding in findings:
            total += 1
            about = {"classname": str(document["target"]["function"]), "name": f"{by}{finding['check']}"}
            case = ET.SubElement(suite, "testcase", {key: one_line(value) for key, value in about.items()})
            tag, counter = tags.get(finding["outcome"], ("", ""))
            if tag:
                counts[counter] += 1
                ET.SubElement(case, tag, message=one_line(str(finding["reason"])))
            else:
                ET.SubElement(case, "system-out").text = one_line(str(finding["reason"]))
    suite.set("tests", str(total))
    for name, count in counts.items():
        suite.set(name, str(count))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"
