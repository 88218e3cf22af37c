"""The table of a policy's keys. The parser, the renderer, the JSON Schema and the reference are all made from it."""

from __future__ import annotations

from typing import Any

from warmgate.model.verdict import Mode
from warmgate.policy.event_fields import EVENT_KEYS, EVENT_RULES, KIND_KEY
from warmgate.policy.kinds import Flag, Number, Text, Whole, Word
from warmgate.policy.payloads import Expression, JsonValue, LoadedFile, PayloadFile
from warmgate.policy.rules import BUDGET_SUFFICES, NAMES_DIFFER, PROBES_ARE_CALLED
from warmgate.policy.sections import Key, Listed, Section
from warmgate.policy.spec_bake import BAKE
from warmgate.policy.spec_keep_warm import KEEP_WARM
from warmgate.policy.spec_limits import COMPARE, LIMITS, LIVE
from warmgate.policy.units import SECONDS_IN
from warmgate.policy.values import (
    Budget,
    ErrorAction,
    Event,
    EventKind,
    Expect,
    Match,
    OnInconclusive,
    OnKnownBad,
    Policy,
    Probe,
    Provisioned,
    RollbackMode,
    Warm,
    When,
)

_NAME = Text(
    "a name of letters, digits, `.`, `_` and `-`",
    pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    most=64,
    fix="write letters, digits and these signs alone, a letter or digit first",
)
_PATTERN = Text(
    "a name in which `*` stands for any characters",
    pattern=r"[A-Za-z0-9_*?\[\]!-]+",
    most=140,
    fix="write the name alone: no ARN, no version",
)
_TENANT = Text(
    "the id of a tenant",
    pattern=r"[A-Za-z0-9._:/=+@ -]+",
    most=256,
    fix="write letters, digits, spaces and . _ : / = + - @ alone",
)


def _probe(*, payload_file: LoadedFile | None = None, event: EventKind | None = None, **fields: Any) -> Probe:
    if payload_file is not None:
        fields = {**fields, "payload": payload_file.payload, "payload_file": payload_file.path}
    if event is not None:
        # Most policies have no event, and a hook's cold start should not pay for one.
        from warmgate.policy.events import render_event

        written = Event(kind=event, fields={key.name: fields.pop(key.name) for key in EVENT_KEYS if key.name in fields})
        fields = {**fields, "event": written, "payload": render_event(written)}
    return Probe(**fields)


def _policy(*, probes: tuple[Probe, ...] = (), **fields: Any) -> Policy:
    return Policy(probes=probes, **fields) if probes else Policy(**fields)


MATCH = Section(
    Key(name="function", kind=_PATTERN, text="The function's name, or a pattern of it."),
    Key(name="alias", kind=_PATTERN, text="The alias that the deployment shifts, or a pattern of it."),
    build=Match,
    not_empty=True,
)
WARM = Section(
    Key(
        name="environments",
        kind=Whole(1, 1000),
        text="Cold environments to open on the candidate, and on the baseline where something is compared. Their"
        " starts are the sample for `init`; 20 is a good number, below 10 a comparison of durations stays"
        " inconclusive, below 3 no duration limit can fail.",
    ),
    Key(
        name="rounds",
        kind=Whole(0, 20),
        text="Warm calls that each environment gets after its cold one before anything is measured. With 0 a"
        " function that speeds up while it runs fails for its first calls.",
    ),
    Key(
        name="provisioned",
        kind=Word(Provisioned),
        text="While provisioned concurrency of the candidate is not READY, `wait` for it or `ignore` it.",
    ),
    build=Warm,
)
EXPECT = Section(
    Key(
        name="jmespath",
        kind=Expression(),
        text="A JMESPath expression that must be true of the answer, read as JSON. An unexpected answer counts as a"
        " failed call does under `limits.errors.rate: 0%`, in a check of its own.",
    ),
    Key(
        name="error_type",
        kind=Text("the name of an error", pattern=r"\S+", most=200, fix="write the errorType, without spaces"),
        text="The errorType of the function error that this probe provokes on purpose.",
    ),
    build=Expect,
)
PROBE = Section(
    Key(name="name", kind=_NAME, required=True, text="The probe's name in findings and reports, once in a policy."),
    Key(name="weight", kind=Whole(1, 100), text="How often this probe is called in proportion to the others."),
    Key(name="payload", kind=JsonValue(), text="What the function is called with: any JSON value, written as YAML."),
    Key(
        name="payload_file",
        kind=PayloadFile(),
        text="A JSON file with the payload, in the policy's folder or below it. Instead of `payload`.",
    ),
    KIND_KEY,
    *EVENT_KEYS,
    Key(
        name="expect",
        kind=EXPECT,
        text="What the answer must look like. Without it, any answer but an error will do.",
    ),
    Key(
        name="repeatable",
        kind=Flag(),
        text="Whether a call may be made a second time when its answer was lost: it may have run already. Say true"
        " only of a probe without side effects; a call that never reached the function is made again in any case.",
    ),
    Key(
        name="tenant",
        kind=_TENANT,
        text="The tenant as which the function is called. A function with tenant isolation needs one in every probe,"
        " and no other function takes any. Only environments of the named tenants are warmed and measured.",
    ),
    build=_probe,
    one_of=("event", "payload_file", "payload"),
    rules=EVENT_RULES,
)
WHEN = Section(
    Key(
        name="inconclusive",
        kind=Word(OnInconclusive),
        text="What an undecided check becomes. `half` fails it where it is half-way to failed: where a"
        " check counts, from as many calls on as leave 1 % of releases at their limit refused, however few calls"
        " there were. It passes it with a warning otherwise.",
    ),
    Key(name="no_data", kind=Word(ErrorAction), text="What a check without a single usable call becomes."),
    Key(name="error", kind=Word(ErrorAction), text="What an error on Warmgate's side becomes."),
    Key(
        name="probe_unfit",
        kind=Word(ErrorAction),
        text="What a probe becomes that does not fit: the version that serves now fails every call of it, and the"
        " candidate in the same way. With `pass` all else is judged, and people are warned.",
    ),
    build=When,
)
BUDGET = Section(
    Key(
        name="invocations",
        kind=Whole(1, 100_000),
        text="Calls to both versions together, repeated ones too: enough for the cold calls, the warm-up and one"
        " measured round. What Lambda refused before the code ran does not count.",
    ),
    Key(
        name="seconds",
        kind=Number(above=0, most=3600, suffixes=SECONDS_IN),
        text="Time for all of it, in seconds; the hook's own timeout may end it before.",
    ),
    Key(
        name="cost_usd",
        kind=Number(above=0, most=10_000, suffixes={"usd": 1, "$": 1}),
        text="Money, in US dollars, estimated at list price. A round that could go beyond it is not made; before the"
        " first call each is taken to last as long as the function's timeout.",
    ),
    build=Budget,
)
POLICY = Section(
    Key(
        name="policy",
        field="name",
        kind=_NAME,
        required=True,
        text="The policy's name in reports; a bundled policy has the name of its file.",
    ),
    Key(
        name="match",
        kind=Listed(MATCH, item_name="targets", most=100),
        text="The targets that this policy is for, one of which must fit. Without it, a policy applies only where"
        " it is named.",
    ),
    Key(
        name="pinned",
        kind=Flag(),
        text="Whether this policy stands against the tag `warmgate:policy` of the functions it is for. Only a bundled"
        " policy can be pinned; a pinned `default` leaves no tag any say.",
    ),
    Key(
        name="mode",
        kind=Word(Mode),
        text="`enforce` blocks a release that fails; `observe` measures and reports, and never blocks.",
    ),
    Key(name="warm", kind=WARM, text="How the versions are warmed before they are measured."),
    Key(
        name="probes",
        kind=Listed(PROBE, item_name="probes", most=100, rules=(NAMES_DIFFER,)),
        text="The calls to make. Without one, a probe named `default` calls the function with `{}`: make sure that"
        " the function can take it.",
    ),
    Key(
        name="limits",
        kind=LIMITS,
        text="Absolute limits on the candidate. What is absent is not checked, but errors.",
    ),
    Key(name="compare", kind=COMPARE, text="Limits relative to the baseline, measured in the same rounds."),
    Key(name="live", kind=LIVE, text="Limits on live traffic while it shifts and after it."),
    Key(
        name="bake",
        kind=BAKE,
        text="For how long live traffic is judged by `live` and `limits.memory` after the deployment has succeeded,"
        " where the stack is installed with `Bakes`. A release that fails its bake is rolled back under `mode: enforce`"
        " and `rollback: enforce`.",
    ),
    Key(
        name="keep_warm",
        kind=KEEP_WARM,
        text="Environments of the alias that calls keep warm between releases, where the stack is installed with"
        " `KeepWarm` and the function has the tag `warmgate:warm` = `true`. No judgement reads it.",
    ),
    Key(name="when", kind=WHEN, text="What becomes of a check that could not decide."),
    Key(name="budget", kind=BUDGET, text="What a judgement may spend; the first bound that is reached ends it."),
    Key(
        name="rollback",
        kind=Word(RollbackMode),
        text="When a deployment failed or was stopped and the alias does not go back: `verify` notifies, `enforce` also"
        " makes one deployment back to the baseline.",
    ),
    Key(
        name="known_bad",
        kind=Word(OnKnownBad),
        text="A candidate with the code, configuration and policy of one that was refused before: `refuse` it at once,"
        " or `judge` it again.",
    ),
    Key(
        name="store_payloads",
        kind=Flag(),
        text="Whether reports may hold payloads and answers. They may be secret, so the default is no.",
    ),
    build=_policy,
    rules=(BUDGET_SUFFICES, PROBES_ARE_CALLED),
)
