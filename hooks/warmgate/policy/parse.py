"""Policy text becomes a `Policy`, or a PolicyError with every fault in it. Reads nothing but the text it is given."""

from __future__ import annotations

from warmgate.documents.place import LoadFile, Place
from warmgate.documents.text import read_yaml
from warmgate.errors import Fault, PolicyError
from warmgate.policy.spec import POLICY
from warmgate.policy.values import Policy


def parse_policy(text: str, source: str, load_file: LoadFile | None = None) -> Policy:
    """Return the policy in a YAML text.

    Args:
        text: the whole document.
        source: its name in faults, for example the file's path.
        load_file: returns the text of a payload file, named relative to the policy's folder; without it a
            `payload_file` is a fault. It may raise OSError, ValueError or WarmgateError.

    Raises:
        PolicyError: every fault of the document, in the order of its lines.
    """
    document = read_yaml(text, source)
    faults: tuple[Fault, ...] = document.faults
    try:
        policy: Policy = POLICY.read(document.root, Place(source, load_file=load_file))
    except PolicyError as error:
        faults += error.faults
    if faults:
        raise PolicyError(*sorted(faults, key=lambda fault: fault.line or 0))
    return policy
