"""What `cold sweep` and `cold measure` share: reading options, asking for leave, making a run's id."""

from __future__ import annotations

import secrets
from pathlib import Path

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.sdk import Clients
from warmgate.errors import SettingsError
from warmgate.model.deployment import Target
from warmgate.policy.units import DURATION, PERCENT
from warmgate.policy.values import Policy
from warmgate_ops.cli.agreement import have_agreed
from warmgate_ops.cli.documents import policy_in
from warmgate_ops.cli.output import complain
from warmgate_ops.cold_starts.clones.naming import clone_name
from warmgate_ops.cold_starts.clones.preparing import Prepared
from warmgate_ops.cold_starts.sweeping.text import plan_text


def new_id() -> str:
    """Return the id of a run."""
    return secrets.token_hex(4)


def seed_or_new(seed: int | None) -> int:
    """Return the seed that was given, else one that is printed with the result."""
    return secrets.randbelow(1_000_000) if seed is None else seed


def milliseconds(option: str, text: str) -> float | None:
    """Return what `800ms` or `1.5s` says, None of nothing; raises SettingsError."""
    found = DURATION.parse(text) if text else None
    if text and not found:
        raise SettingsError(f"{option}: found {text}, expected a time", hint="write it as 800ms or 1.5s")
    return found


def share(option: str, text: str) -> float | None:
    """Return what `0.7%` says, None of nothing; raises SettingsError."""
    found = PERCENT.parse(text) if text else None
    if text and (found is None or not 0 <= found <= 1):
        raise SettingsError(f"{option}: found {text}, expected 0% to 100%", hint="write it as 0.7%")
    return found


def version_of(clients: Clients, function: str, version: str, alias: str) -> str:
    """Return the published version that is meant; raises SettingsError."""
    if version and alias:
        alias = ""
    if version:
        if not version.isdigit():
            raise SettingsError(
                f"--version: found {version}, expected a published version",
                hint="write its number, as 7; $LATEST may change while it is cloned",
            )
        return version
    if not alias:
        raise SettingsError("found neither --version nor --alias, expected one of them")
    return LambdaAliases(clients).read(Target(function, alias)).version


def policy_of(probes: Path | None) -> Policy:
    """Return the policy whose probes are called; raises SettingsError, OSError and DocumentError."""
    if probes is None:
        raise SettingsError("--probes: found nothing, expected a policy file", hint="`warmgate init` writes one")
    return policy_in(probes)


def agreed(prepared: Prepared, about: str, *, yes: bool) -> None:
    """Show what is about to be done, and have it agreed to; leaves with 2 where it is not."""
    names = [clone_name(prepared.function, prepared.sweep_id, n) for n in range(1, len(prepared.clone_keys) + 1)]
    text = plan_text(names if prepared.packages else [], about, prepared.estimate, prepared.burst, prepared.max_usd)
    complain(text)
    for note in prepared.notes:
        complain(f"note: {note}")
    have_agreed("Go on?", yes=yes)
