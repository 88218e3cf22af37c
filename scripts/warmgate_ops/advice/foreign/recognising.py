"""A text that is no policy may be a whole document of another tool, known by its own keys."""

from __future__ import annotations

import re
from dataclasses import dataclass

from warmgate.errors import DocumentError, Fault
from warmgate_ops.advice.foreign.argo import read_argo
from warmgate_ops.advice.foreign.flagger import read_flagger
from warmgate_ops.advice.foreign.k6 import read_k6
from warmgate_ops.advice.foreign.kayenta import read_kayenta
from warmgate_ops.advice.foreign.plain import documents_in
from warmgate_ops.advice.foreign.proposal import proposal_of
from warmgate_ops.advice.foreign.sam import read_sam

_HINT = re.compile(r"argoproj\.io/|flagger\.app/|thresholds|classifier|judge|Resources|DeploymentPreference")
_READERS = (read_argo, read_flagger, read_sam, read_kayenta, read_k6)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A document of another tool: what is wrong with it as a policy, and the policy that says the same."""

    fault: Fault
    proposal: str


class ForeignDocumentError(DocumentError):
    """A document of another tool stands where a policy is expected."""

    def __init__(self, foreign: Foreign) -> None:
        super().__init__(foreign.fault)
        self.proposal = foreign.proposal


def foreign_in(text: str, source: str) -> Foreign | None:
    """Return what a text is, if it is a document of another tool.

    Args:
        text: that is no policy.
        source: its name in faults.
    """
    hint = _HINT.search(text)
    documents = documents_in(text) if hint else ()
    if any("policy" in each for each in documents):
        return None
    meant = next((found for read in _READERS if (found := read(documents))), None)
    if hint is None or meant is None:
        return None
    fault = Fault(
        source=source,
        line=text.count("\n", 0, hint.start()) + 1,
        path="document",
        found=meant.what,
        expected="a policy",
        fix="begin with the policy that `warmgate policy validate` prints for it",
    )
    return Foreign(fault, proposal_of(meant))
