"""What is said of each wrong value: the line, what was found, what was expected, and what to write."""

from __future__ import annotations

import pytest

from unit.warmgate.policy.documents import faults_below, faults_of

TOP = (
    "policy, match, pinned, mode, warm, probes, limits, compare, live, bake, keep_warm, when, budget, rollback,"
    " known_bad, store_payloads"
)
NAME = "a name of letters, digits, `.`, `_` and `-`, at most 64 characters"
DURATION = "a duration above 0ms and at most 900s"
SHARE = "a percentage of at least 0% and below 100%"
RATIO = "a ratio above 1x and at most 100x"
ADDED = "a percentage to add of at least +0% and below +100%"
SLOWEST = "the slowest of few calls says little: write a percentile such as p99"
TWO_HOURS = "2h is 7200 here: write a number within these bounds"
LIKE_TIME = "write it like 400ms or 1.5s"
PERCENTILE = "a percentile above p0 and below p100, with at most four decimals and no zero at the end"
WITHIN = "write a number within these bounds, without quotes or unit"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1 document: found an empty document, expected a policy; begin with `policy: NAME`"),
        ("- a", f"1 document: found a list of 1, expected a mapping with {TOP}; write `key: value` lines"),
        ("words", f"1 document: found words, expected a mapping with {TOP}; write `key: value` lines"),
        ("polcy: x", f"1 polcy: found an unknown key, expected one of {TOP}; write policy"),
        ("mode: observe", f"1 policy: found nothing, expected {NAME}; add `policy:`"),
        ("policy:", f"1 policy: found nothing, expected {NAME}; write it, or remove the key"),
        ("policy: [a]", f"1 policy: found a list of 1, expected {NAME}; write one word"),
        (
            "policy: 12",
            f"1 policy: found number 12, expected {NAME}; put it in quotes: YAML reads it as something else than text",
        ),
        (
            "policy: 2024-01-01",
            f"1 policy: found 2024-01-01, expected {NAME}; put it in quotes: YAML reads it as something else than text",
        ),
        (
            "policy: a b",
            (
                f"1 policy: found a b, expected {NAME};"
                " write letters, digits and these signs alone, a letter or digit first"
            ),
        ),
        (
            f"policy: {'a' * 65}",
            (
                f"1 policy: found {'a' * 57}..., expected {NAME};"
                " write letters, digits and these signs alone, a letter or digit first"
            ),
        ),
    ],
)
def test_a_document_is_a_mapping_with_a_name(text: str, fault: str) -> None:
    """What is no policy at all says how one begins."""
    assert faults_of(text) == [fault]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("canaries: {}", f"2 canaries: found an unknown key, expected one of {TOP}; remove it"),
        ("mode: enforced", "2 mode: found enforced, expected enforce or observe; write enforce"),
        ("mode: on", "2 mode: found on, expected enforce or observe; write one of enforce, observe"),
        ("mode: [a]", "2 mode: found a list of 1, expected enforce or observe; write one of enforce, observe"),
        (
            "warm:",
            (
                "2 warm: found nothing, expected a mapping with environments, rounds, provisioned;"
                " write `key: value` lines below it, or remove the key"
            ),
        ),
        (
            "store_payloads: 'true'",
            ('2 store_payloads: found "true", expected true or false; write true, unquoted'),
        ),
        ("store_payloads: yes", "2 store_payloads: found yes, expected true or false; write true, unquoted"),
        ("match: {alias: a}", "2 match: found a mapping, expected a list of at most 100 targets; begin each with `- `"),
        (
            "match:\n" + "- {alias: a}\n" * 101,
            "3 match: found a list of 101, expected a list of at most 100 targets; remove 1",
        ),
        ("match: [{}]", "2 match[0]: found no key, expected a mapping with function, alias; write at least one key"),
        (
            "match: [{function: 'arn:aws:lambda:x'}]",
            (
                '2 match[0].function: found "arn:aws:lambda:x", expected a name in which `*` stands for any characters,'
                " at most 140 characters; write the name alone: no ARN, no version"
            ),
        ),
    ],
)
def test_words_and_sections(lines: str, fault: str) -> None:
    """Words of closed lists, truth values, lists and sections each say what they take."""
    assert faults_below(lines) == [fault]


@pytest.mark.parametrize("found", ["true", "number 0", "number 1001", "number 20.5", '"x"', "number -1", "20ms"])
def test_a_count_is_a_whole_number_within_bounds(found: str) -> None:
    """A truth value is no number, and a number in quotes is none."""
    assert faults_below(f"warm: {{environments: {found.removeprefix('number ')}}}") == [
        f"2 warm.environments: found {found}, expected a whole number from 1 to 1000; {WITHIN}"
    ]


def test_a_huge_number_is_cut_in_the_fault() -> None:
    """A number of ten thousand digits is neither computed nor repeated."""
    assert faults_below(f"warm: {{environments: {'9' * 10_000}}}") == [
        f"2 warm.environments: found number {'9' * 57}..., expected a whole number from 1 to 1000; {WITHIN}"
    ]


@pytest.mark.parametrize(
    ("written", "found", "fix"),
    [
        ("250", "number 250", "write 250ms"),
        ("0.4", "number 0.4", "write 400ms or 0.4ms, whichever is meant"),
        ("250 ms", "250 ms", "write 250ms"),
        ("250MS", "250MS", "write 250ms"),
        ("2m", "2m", "write 120s"),
        ("1.5min", "1.5min", "write 90s"),
        ("3 seconds", "3 seconds", "write 3s"),
        ("3h", "3h", LIKE_TIME),
        ("fast", "fast", LIKE_TIME),
        ("true", "true", LIKE_TIME),
        (".inf", ".inf", LIKE_TIME),
        (".nan", ".nan", LIKE_TIME),
        ("-5ms", "-5ms", LIKE_TIME),
        ("1:30", "1:30", LIKE_TIME),
        ("", "nothing", LIKE_TIME),
        ("[1s]", "a list of 1", LIKE_TIME),
        ("0ms", "0ms", f"{LIKE_TIME}, within these bounds"),
        ("900.001s", "900.001s", f"{LIKE_TIME}, within these bounds"),
        ("9" * 400 + "ms", "9" * 57 + "...", f"{LIKE_TIME}, within these bounds"),
    ],
)
def test_a_duration_has_a_unit(written: str, found: str, fix: str) -> None:
    """A bare number is refused with what to write, as is every other spelling of a duration."""
    assert faults_below(f"limits: {{init: {{p95: {written}}}}}") == [
        f"2 limits.init.p95: found {found}, expected {DURATION}; {fix}"
    ]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("limits: {errors: {rate: 0}}", f"limits.errors.rate: found number 0, expected {SHARE}, or any; write 0%"),
        ("limits: {errors: {rate: 1}}", f"limits.errors.rate: found number 1, expected {SHARE}, or any; write 1%"),
        (
            "limits: {errors: {rate: 0.005}}",
            f"limits.errors.rate: found number 0.005, expected {SHARE}, or any; write 0.5%",
        ),
        (
            "limits: {errors: {rate: 100%}}",
            f"limits.errors.rate: found 100%, expected {SHARE}, or any; write it like 0.5%, within these bounds",
        ),
        ("limits: {errors: {rate: 1x}}", f"limits.errors.rate: found 1x, expected {SHARE}, or any; write it like 0.5%"),
        (
            "limits: {memory: {max: 0%}}",
            (
                "limits.memory.max: found 0%, expected a percentage above 0% and at most 100%;"
                " write it like 85%, within these bounds"
            ),
        ),
        (
            "limits: {memory: 85%}",
            ("limits.memory: found 85%, expected a mapping with max; write `max: 85%` below it, or remove the key"),
        ),
        (
            "limits: {errors: 0.5%}",
            "limits.errors: found 0.5%, expected a mapping with rate; write `rate: 0.5%` below it, or remove the key",
        ),
        (
            "limits: {errors: 5ms}",
            "limits.errors: found 5ms, expected a mapping with rate; write `rate: 0.5%` below it, or remove the key",
        ),
        (
            "limits: {duration: 1.5s}",
            (
                f"limits.duration: found 1.5s, expected a mapping of percentiles such as p50, p95 or p99.9, each to"
                f" {DURATION}; write `p95: 1.5s` below it, or remove the key"
            ),
        ),
        (
            "limits: {duration: fast}",
            (
                f"limits.duration: found fast, expected a mapping of percentiles such as p50, p95 or p99.9, each to"
                f" {DURATION}; write `p95: 400ms` below it, or remove the key"
            ),
        ),
        (
            "limits: {errors: {rate: 0.5}}",
            f"limits.errors.rate: found number 0.5, expected {SHARE}, or any; write 0.5% or 50%, whichever is meant",
        ),
        (
            "limits: {errors: {rate: 400}}",
            f"limits.errors.rate: found number 400, expected {SHARE}, or any; write it like 0.5%",
        ),
        (
            "limits: {memory: {max: 0.85}}",
            "limits.memory.max: found number 0.85, expected a percentage above 0% and at most 100%; write 85%",
        ),
        ("live: {cold_starts: {share: 5ms}}", f"live.cold_starts.share: found 5ms, expected {SHARE}; write it like 5%"),
        ("budget: {seconds: 5m}", "budget.seconds: found 5m, expected a number above 0 and at most 3600; write 300"),
        (
            "budget: {seconds: 2h}",
            f"budget.seconds: found 2h, expected a number above 0 and at most 3600; {TWO_HOURS}",
        ),
        ("budget: {cost_usd: 2$}", "budget.cost_usd: found 2$, expected a number above 0 and at most 10000; write 2"),
        ("live: {errors: {rate: any}}", f"live.errors.rate: found any, expected {SHARE}; write it like 0.5%"),
        ("compare: {init: {median: 1.2}}", f"compare.init.median: found number 1.2, expected {RATIO}; write 1.2x"),
        ("compare: {init: {median: 120%}}", f"compare.init.median: found 120%, expected {RATIO}; write 1.2x"),
        ("compare: {init: {median: 20 %}}", f"compare.init.median: found 20 %, expected {RATIO}; write 1.2x"),
        (
            "compare: {init: {median: 1x}}",
            f"compare.init.median: found 1x, expected {RATIO}; write it like 1.2x, within these bounds",
        ),
        ("compare: {errors: {rate: 1%}}", f"compare.errors.rate: found 1%, expected {ADDED}; write +1%"),
        ("compare: {errors: {rate: 0.01}}", f"compare.errors.rate: found number 0.01, expected {ADDED}; write +1%"),
        ("compare: {errors: {rate: 2x}}", f"compare.errors.rate: found 2x, expected {ADDED}; write it like +1%"),
        (
            "when: {probe_unfit: half}",
            "when.probe_unfit: found half, expected pass or fail; write one of pass, fail",
        ),
        ("compare: {duration: {basis: p95}}", f"compare.duration.p95: found nothing, expected {RATIO}; add `p95:`"),
        (
            "budget: {seconds: 300s}",
            "budget.seconds: found 300s, expected a number above 0 and at most 3600; write 300",
        ),
        (
            "budget: {seconds: 0}",
            f"budget.seconds: found number 0, expected a number above 0 and at most 3600; {WITHIN}",
        ),
        (
            "budget: {cost_usd: .nan}",
            f"budget.cost_usd: found .nan, expected a number above 0 and at most 10000; {WITHIN}",
        ),
        (
            "budget: {cost_usd: {}}",
            f"budget.cost_usd: found a mapping, expected a number above 0 and at most 10000; {WITHIN}",
        ),
    ],
)
def test_shares_ratios_and_budgets(lines: str, fault: str) -> None:
    """Each kind of number has its own unit, and names it."""
    assert faults_below(lines) == [f"2 {fault}"]


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        ("p0", "write for example p95"),
        ("p100", SLOWEST),
        ("p95.0", "write p95"),
        ("p095", "write p95"),
        ("max", SLOWEST),
        ("avg", "an average hides slow calls: write p50 for the usual call, or p95"),
        ("95", "write p95"),
        ("p99.99999", "write p99.9999"),
        ("p999", "write p99.9"),
        ("p9999", "write p99.99"),
        ("p(95)", "write p95"),
        ("95th", "write p95"),
        ("0.95", "write p95"),
        ("0.9", "write p90"),
        ("0.999", "write p99.9"),
        ("median", "write p50"),
        ("P95", "write p95"),
    ],
)
def test_a_percentile_has_one_spelling(key: str, fix: str) -> None:
    """Otherwise one percentile could stand twice with two limits."""
    assert faults_below(f"limits: {{init: {{{key}: 1s}}}}") == [
        f"2 limits.init.{key}: found an unknown key, expected {PERCENTILE}; {fix}"
    ]
    assert faults_below(f"live: {{duration: {{{key}: 1.2x}}}}") == [
        f"2 live.duration.{key}: found an unknown key, expected {PERCENTILE}; {fix}"
    ]


def test_percentile_maps_are_not_empty() -> None:
    """A section that limits nothing is a slip."""
    assert faults_below("limits: {init: {}}") == [
        (
            "2 limits.init: found no key, expected a mapping of percentiles such as p50, p95 or p99.9, each to"
            f" {DURATION}; write for example p95: 400ms"
        )
    ]


@pytest.mark.parametrize(("written", "count"), [("{}", 0), ("{p50: 1.2x, p95: 1.2x}", 2)])
def test_live_traffic_has_one_percentile(written: str, count: int) -> None:
    """What is watched while traffic shifts is one percentile, no more."""
    assert faults_below(f"live: {{duration: {written}}}") == [
        (
            f"2 live.duration: found {count} keys, expected one percentile such as p95, with {RATIO};"
            " write for example p95: 1.2x"
        )
    ]


def test_a_document_of_unknown_keys_is_refused_without_guesses() -> None:
    """Each of thousands of unknown keys is a fault; what they might have meant is not looked for."""
    faults = faults_of("".join(f"mode{n}: 1\n" for n in range(5000)))

    assert len(faults) == 5001
    assert faults[-1] == f"5000 mode4999: found an unknown key, expected one of {TOP}; remove it"


@pytest.mark.parametrize(
    ("lines", "fix"),
    [
        ("latency: 400", "write `limits: {duration: {p95: 400ms}}`, with your percentile and time"),
        ("coldStart: 1s", "write `limits: {init: {p95: 1s}}`, with your percentile and time"),
        ("error_rate: 1%", "write `limits: {errors: {rate: 0.5%}}`, with your share"),
        ("limits: {cold_start: 1s}", "write `init: {p95: 1s}`, with your percentile and time"),
        ("ttfb: 1s", "write `limits: {first_response: {p95: 1800ms}}`, with your percentile and time"),
        ("limits: {coldCall: 1s}", "write `first_response: {p95: 1800ms}`, with your percentile and time"),
        ("compare: {first_call: 1.2x}", "write `first_response: {median: 1.2x}`, with your ratio"),
        ("compare: {first_response: {median: 1.2x, p95: 1.2x}}", "the median alone is compared: write median"),
        ("limits: {durations: {p95: 1s}}", "write duration"),
        ("compare: {failures: 1.2x}", "write `errors: {rate: +1%}`, with what may fail more than before"),
        (
            "compare: {duration: {p95: 1.2x, p99: 1.2x}}",
            "the 95th percentile alone is compared: write p95, or set a limit in limits.duration",
        ),
        ("compare: {init: {median: 1.2x, p50: 1.2x}}", "write median"),
    ],
)
def test_a_key_of_another_tool_is_answered_with_the_policy_s(lines: str, fix: str) -> None:
    """What people know from elsewhere is told where it stands here."""
    (fault,) = faults_below(lines)

    assert fault.endswith(f"; {fix}")


BAKED = "a time from 10m to 7d in whole minutes, hours or days"


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("bake: 6h", "bake: found 6h, expected a mapping with duration, every; write `key: value` lines"),
        ("bake: {every: 10m}", f"bake.duration: found nothing, expected {BAKED}; add `duration:`"),
        ("bake: {duration: 9m}", f"bake.duration: found 9m, expected {BAKED}; write it like 6h"),
        ("bake: {duration: 8d}", f"bake.duration: found 8d, expected {BAKED}; write it like 6h"),
        ("bake: {duration: 1.5h}", f"bake.duration: found 1.5h, expected {BAKED}; write it like 6h"),
        (
            "bake: {duration: 1h, every: 2h}",
            "bake.every: found 2h between looks of a bake of 1h, expected at most 1h; write 1h or less",
        ),
    ],
)
def test_a_bake_is_as_long_as_its_looks_ask_for(written: str, fault: str) -> None:
    """Times are whole minutes, hours or days, and a look is taken within the bake."""
    (found,) = faults_below(written)

    assert fault in found


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("seconds: 300", "move it below `budget:`"),
        ("warm: {seconds: 300}", "move it below `budget:`"),
        ("limits: {rate: 1%}", "move it below `limits.errors:`"),
        ("limits: {p95: 1s}", "move it below `limits.init:`, `limits.first_response:` or `limits.duration:`"),
        ("rate: 1%", "move it below `limits.errors:`, `compare.errors:` or `live.errors:`"),
        ("expect: {status: 200}", "move it below `probes:`"),
        ("probes: [{name: a, weight: 1, environments: 20}]", "move it below `warm:` or `keep_warm:`"),
        ("limits: {warm: {environments: 20}}", "move it to the left: it is a key of the policy itself"),
        ("when: {errors: pass}", "write error"),
        ("limits: {error: {rate: 1%}}", "write errors"),
        ("limits: [{errors: {rate: 1%}}]", "remove the `- ` or the brackets that make it a list"),
    ],
)
def test_what_stands_in_the_wrong_place_is_told_where_it_belongs(text: str, fix: str) -> None:
    """The nearest section that has the key comes first; a slip of a sign or two is a slip."""
    (fault,) = faults_of(f"policy: a\n{text}\n")

    assert fault.endswith(f"; {fix}")
