"""What the environment variables of a function say, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warmgate.adapters.policies import KINDS
from warmgate.errors import SettingsError
from warmgate.planning.burst import PROBE_SHARE

CHATS = ("slack", "teams")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment of a hook says; each field's variable is WARMGATE_ and its name in capitals."""

    policies: Path
    policy_sources: tuple[str, ...] = KINDS
    report_bucket: str = ""
    report_prefix: str = ""
    metrics_namespace: str = "Warmgate"
    table: str = ""
    bakes: str = ""
    """ARN of the state machine that bakes released versions; empty where bakes are off."""
    topic_arn: str = ""
    event_bus: str = "default"
    webhook_secret: str = ""
    """ARN of the secret with the address of a chat's webhook; empty for none."""
    webhook_format: str = "slack"
    account: str = ""
    """Who must own the report bucket; empty for anybody."""
    policy_account: str = ""
    """Who must own a bucket of policies; empty for anybody."""
    require_allow_tag: bool = False
    feed_table: str = ""
    """What log subscriptions delivered; empty where live calls are read from the log alone."""
    feed_function: str = ""
    """ARN of the function that log subscriptions deliver to."""
    probe_share: float = PROBE_SHARE
    """Of the concurrency that is free in the account, what the probes of one hook take at most."""


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; raises SettingsError."""
    sources = tuple(word.strip() for word in environment.get("WARMGATE_POLICY_SOURCES", "").split(",") if word.strip())
    unknown = [word for word in sources if word not in KINDS]
    if unknown:
        raise SettingsError(
            f"WARMGATE_POLICY_SOURCES: found {', '.join(unknown)}, expected some of {', '.join(KINDS)}",
            hint="separate the allowed sources by commas",
        )
    return Settings(
        policies=Path(environment.get("WARMGATE_POLICIES") or policies_folder()),
        policy_sources=sources or KINDS,
        report_bucket=environment.get("WARMGATE_REPORT_BUCKET", ""),
        report_prefix=environment.get("WARMGATE_REPORT_PREFIX", ""),
        metrics_namespace=environment.get("WARMGATE_METRICS_NAMESPACE", "Warmgate"),
        table=environment.get("WARMGATE_TABLE", ""),
        bakes=environment.get("WARMGATE_BAKES", ""),
        topic_arn=environment.get("WARMGATE_TOPIC_ARN", ""),
        event_bus=environment.get("WARMGATE_EVENT_BUS") or "default",
        webhook_secret=environment.get("WARMGATE_WEBHOOK_SECRET", ""),
        webhook_format=_format(environment.get("WARMGATE_WEBHOOK_FORMAT") or "slack"),
        account=environment.get("WARMGATE_ACCOUNT", ""),
        policy_account=environment.get("WARMGATE_POLICY_ACCOUNT", ""),
        require_allow_tag=_switch(environment, "WARMGATE_REQUIRE_ALLOW_TAG"),
        feed_table=environment.get("WARMGATE_FEED_TABLE", ""),
        feed_function=environment.get("WARMGATE_FEED_FUNCTION", ""),
        probe_share=_share(environment.get("WARMGATE_PROBE_SHARE", "")),
    )


def _format(name: str) -> str:
    if name not in CHATS:
        raise SettingsError(
            f"WARMGATE_WEBHOOK_FORMAT: found {name!r}, expected slack or teams", hint="write one of the two"
        )
    return name


def _switch(environment: Mapping[str, str], name: str) -> bool:
    found = environment.get(name) or "false"
    if found not in {"true", "false"}:
        raise SettingsError(f"{name}: found {found!r}, expected true or false", hint="write one of the two")
    return found == "true"


def _share(text: str) -> float:
    if text.strip() == "":
        return PROBE_SHARE
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise SettingsError(
            f"WARMGATE_PROBE_SHARE: found {text!r}, expected a number above 0 and at most 1",
            hint=f"write {PROBE_SHARE} for a quarter of what is free",
        )
    return share


def policies_folder() -> Path:
    """Return the folder of bundled policies: a layer's, else the one beside the hooks, else the checkout's."""
    here = Path(__file__).resolve()
    candidates = (Path("/opt/policies"), here.parents[1] / "policies", here.parents[2] / "policies")
    return next((path for path in candidates if path.is_dir()), candidates[0])
