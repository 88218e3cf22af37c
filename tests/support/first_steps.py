"""The commands by which a newcomer rehearses a function, as the pages show them."""

from __future__ import annotations

FIRST_STEPS = (
    "warmgate init --template template.yaml",
    "git worktree add --detach ../released main",
    "warmgate rehearse --function ../released --template template.yaml --policy warmgate.yaml",
)


def block() -> str:
    """Return them as the block of a page."""
    return "```console\n" + "".join(f"$ {line}\n" for line in FIRST_STEPS) + "```"
