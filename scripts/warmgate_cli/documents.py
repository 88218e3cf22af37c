"""Reads the documents that commands are given: policies and recorded samples. What cannot be read ends the command."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from warmgate.adapters.payload_files import payloads_in
from warmgate.errors import PolicyError
from warmgate.policy import parse_policy
from warmgate.policy.values import Policy
from warmgate.report import SamplesError, read_samples

if TYPE_CHECKING:
    from policy_advice.recorded import Recorded


def policy_in(file: Path) -> Policy:
    """Return the policy of a file; ends the command with 2 where it cannot be used."""
    try:
        return parse_policy(file.read_text(encoding="utf-8"), str(file), payloads_in(file.parent))
    except PolicyError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
    except (OSError, UnicodeDecodeError) as error:
        print(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        raise typer.Exit(2) from error


def recorded_in(files: Iterable[str]) -> Recorded:
    """Return what recorded runs show together, read as a stream; ends the command with 2 where one cannot be read."""
    from policy_advice.recorded import Recorded

    found = Recorded()
    for file in files:
        try:
            with Path(file).open(encoding="utf-8") as lines:
                for run, sample in read_samples(lines, file):
                    found.add(run, sample)
        except SamplesError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(2) from error
        except (OSError, UnicodeDecodeError) as error:
            print(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            raise typer.Exit(2) from error
    return found
