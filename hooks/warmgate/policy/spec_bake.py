"""The keys of a policy that say for how long a release is judged after its deployment, as `6h`, in whole minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from warmgate.policy.minutes import DAY, Minutes, in_words
from warmgate.policy.sections import Complaint, Key, Rule, Section
from warmgate.policy.values import EVERY, Bake

SHORTEST, LONGEST = 10, 7 * DAY


def _looks_happen(values: Mapping[str, int]) -> Iterator[Complaint]:
    """Complain of looks that lie further apart than the bake is long."""
    minutes, every = values.get("minutes"), values.get("every_minutes", EVERY)
    if minutes is not None and every > minutes:
        yield Complaint(
            path=("every",),
            found=f"{in_words(every)} between looks of a bake of {in_words(minutes)}",
            expected=f"at most {in_words(minutes)}",
            fix=f"write {in_words(minutes)} or less",
        )


BAKE = Section(
    Key(
        name="duration",
        field="minutes",
        kind=Minutes(SHORTEST, LONGEST, "6h"),
        required=True,
        text="For how long after the deployment's end the new version is judged.",
    ),
    Key(
        name="every",
        field="every_minutes",
        kind=Minutes(1, DAY, "10m"),
        text="How often it is looked at. What is looked at are whole parts of the bake, 144 at the most, so that more"
        " frequent looks find nothing new.",
    ),
    build=Bake,
    rules=(Rule(_looks_happen),),
)
