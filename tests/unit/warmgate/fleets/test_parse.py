"""A fleet file: what is written out, and each fault with its line, what was found, what was expected, what to do."""

from __future__ import annotations

import pytest

from warmgate.errors import FleetError
from warmgate.fleets.parse import parse_fleet
from warmgate.fleets.spec import MOST
from warmgate.model.fleet import AFTER_HOOK, BEFORE_HOOK, OnRefusal, Release

TOP = "fleet: shop\nalias: live\napplication: shop\ndeployment_group: '{function}-group'\n"
ONE = "waves: [[{function: orders, version: 7}]]\n"


def faults(text: str) -> list[str]:
    """Return the faults of a text."""
    with pytest.raises(FleetError) as raised:
        parse_fleet(text, "fleet.yaml")
    return str(raised.value).splitlines()


def test_what_stands_at_the_top_counts_for_each_release_without_its_own() -> None:
    """Names are written out; versions are read with quotes and without."""
    more = "  - [{function: carts, version: '3', current: 2, alias: beta, deployment_group: own, before: ''}]\n"
    fleet = parse_fleet(
        f"{TOP}at_once: 9\non_refusal: go_on\npause: 90m\nwaves:\n  - [{{function: a, version: 7}}]\n{more}", "f"
    )

    first = Release(function="a", alias="live", version="7", application="shop", deployment_group="a-group")
    assert fleet.waves[0] == (first,)
    assert (first.before, first.after) == (BEFORE_HOOK, AFTER_HOOK)
    (second,) = fleet.waves[1]
    assert (second.key, second.current, second.group, second.before) == ("carts:beta", "2", ("shop", "own"), "")
    assert (fleet.at_once, fleet.on_refusal, fleet.pause_minutes) == (9, OnRefusal.GO_ON, 90)


def test_defaults() -> None:
    """Five at once, stop at a refusal, no pause; JSON is read as YAML is."""
    fleet = parse_fleet(TOP + ONE, "f")
    assert (fleet.at_once, fleet.on_refusal, fleet.pause_minutes) == (5, OnRefusal.STOP, 0)
    text = '{"fleet": "a", "alias": "l", "application": "b", "deployment_group": "c", "waves": '
    text += '[[{"function": "d", "version": "1"}]]}'
    assert parse_fleet(text, "f").releases[0].key == "d:l"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{TOP}wavs: 1\n{ONE}",
            (
                "fleet.yaml:5 wavs: found an unknown key, expected one of fleet, alias, application, deployment_group,"
                " config, before, after, at_once, on_refusal, pause, waves; write waves"
            ),
        ),
        (
            f"{TOP}waves: [[{{function: a, version: 7}}], [{{function: b, version: 1}}, {{function: a, version: 8}}]]",
            (
                "fleet.yaml:5 waves[1][1]: found a:live a second time, expected each alias once in a fleet; remove it,"
                " or waves[0][0]"
            ),
        ),
        (
            f"{TOP}waves:\n  - [{{function: a, version: 7}}]\n  - []",
            (
                "fleet.yaml:7 waves[1]: found an empty list, expected a list of at most 500 releases; write a release,"
                " or remove the wave"
            ),
        ),
        (
            f"{TOP}waves: []",
            (
                "fleet.yaml:5 waves: found an empty list, expected a list of at most 500 waves; write"
                " `- [{function: NAME, version: NUMBER}]`"
            ),
        ),
        (
            f"{TOP}waves: [[{{function: a, version: $LATEST}}]]",
            (
                "fleet.yaml:5 waves[0][0].version: found $LATEST, expected the number of a published version; publish a"
                " version and write its number, as 7"
            ),
        ),
        (
            f"fleet: a\nalias: live\napplication: b\n{ONE}",
            (
                "fleet.yaml:4 waves[0][0].deployment_group: found nothing, expected a name; write `deployment_group:`"
                " here, or at the top for every release"
            ),
        ),
        (
            f"{TOP}pause: 600\n{ONE}",
            (
                "fleet.yaml:5 pause: found number 600, expected a time from 1m to 1d in whole minutes, hours or days;"
                " write it like 10m"
            ),
        ),
        (
            f"{TOP}on_refusal: halt\n{ONE}",
            "fleet.yaml:5 on_refusal: found halt, expected stop or go_on; write one of stop, go_on",
        ),
        (
            f"{TOP}at_once: 0\n{ONE}",
            (
                "fleet.yaml:5 at_once: found number 0, expected a whole number from 1 to 100; write a number within"
                " these bounds, without quotes or unit"
            ),
        ),
        ("", "fleet.yaml:1 document: found an empty document, expected a fleet; begin with `fleet: NAME`"),
        (
            f"{TOP}waves: [[{{function: 'arn:aws:lambda:x:1:function:a', version: 7}}]]",
            (
                'fleet.yaml:5 waves[0][0].function: found "arn:aws:lambda:x:1:function:a", expected the name of a'
                " function, at most 64 characters; write the name alone: no ARN, no version"
            ),
        ),
    ],
)
def test_a_fault_says_where_what_and_what_to_do(text: str, expected: str) -> None:
    """One fault, one line."""
    assert faults(text) == [expected]


def test_every_fault_is_listed_at_once() -> None:
    """In the order of their lines."""
    found = faults("fleet: a b\nat_once: many\nwaves:\n  - [{function: a}]\n  - []\n")
    assert [line.partition(":")[2].partition(" ")[0] for line in found] == ["1", "2", "4", "5"]


def test_as_many_releases_as_may_be_and_one_more() -> None:
    """The bound counts releases of all waves."""
    each = [f"  - [{{function: f{number}, version: 1}}]" for number in range(MOST + 1)]
    waves = "\n".join(["waves:", *each[:-1]])
    assert len(parse_fleet(TOP + waves, "f").releases) == MOST
    two = "\n".join(
        ["waves:", "  - [" + ", ".join(f"{{function: f{n}, version: 1}}" for n in range(MOST)) + "]", each[-1]]
    )
    assert faults(TOP + two) == [
        f"fleet.yaml:6 waves: found {MOST + 1} releases, expected at most {MOST}; make two fleets of it"
    ]
