"""Releases of a function that shares its log group with another one of the same version numbers, under live traffic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from support.fakes.lambda_calls import packed
from warmgate.model.deployment import LiveJudge
from warmgate.model.release import ReleaseOutcome
from warmgate_ops.rehearsal.catalogue import ALL_AT_ONCE, CANARY_50, live_release, rising_to
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.expect import row_of
from warmgate_ops.rehearsal.run import LOG_DELAY_S, rehearse
from warmgate_ops.rehearsal.scenario import FunctionSettings, Live, Scenario
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME, install_warmgate
from warmgate_ops.rehearsal.traffic import LiveTraffic

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(600)]
BUSY, BESIDE = rising_to(14.0), 8.0
"""Together no more than two cores hold, and most of it for the release: what decides is how many calls it gets."""
SHARED = FunctionSettings(log_group="/shop")
FINE = "def handler(event, context):\n    return 1"
BROKEN = "import time\ndef handler(event, context):\n    time.sleep(0.1)\n    raise ValueError('no')"
RELEASED = Live(outcome=ReleaseOutcome.RELEASED)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud with all of Warmgate."""
    with LocalCloud.start(tmp_path_factory.mktemp("shop")) as cloud:
        install_warmgate(cloud)
        cloud.conditions.log_delay_s = LOG_DELAY_S
        yield cloud


def neighbour(cloud: LocalCloud, name: str, second: str) -> LiveTraffic:
    """Install a function whose versions have the same numbers, in the same log group; return traffic on both."""
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": packed(FINE)},
        LoggingConfig={"LogGroup": SHARED.log_group},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    first = client.publish_version(FunctionName=name)["Version"]
    # Without a change of its code there is no second version, however healthy both are.
    client.update_function_code(FunctionName=name, ZipFile=packed(f"{second}\n# the second"))
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    latest = client.publish_version(FunctionName=name)["Version"]
    weights = {"AdditionalVersionWeights": {latest: 0.5}}
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=first, RoutingConfig=weights)
    return LiveTraffic(cloud, name, "live", BESIDE, seed=7)


@pytest.mark.parametrize(
    ("scenario", "second"),
    [
        (live_release("shared_guard_good", "healthy beside a bad one", RELEASED), BROKEN),
        (live_release("shared_after_good", "healthy beside a bad one", RELEASED, config=ALL_AT_ONCE), BROKEN),
        (
            live_release(
                "shared_guard_bad",
                "bad beside a healthy one",
                Live(refused_by=LiveJudge.GUARD, reason="live.errors.rate", highest_share=0.5),
                candidate="real_callers",
                config=CANARY_50,
            ),
            FINE,
        ),
        (
            live_release(
                "shared_after_bad",
                "bad beside a healthy one",
                Live(refused_by=LiveJudge.AFTER, reason="live.errors.rate"),
                candidate="real_callers",
                config=ALL_AT_ONCE,
            ),
            FINE,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Scenario) else "",
)
def test_a_neighbour_in_the_log_group_changes_no_end(shop: LocalCloud, scenario: Scenario, second: str) -> None:
    """A healthy version is not refused by its neighbour's errors, and a bad one does not pass diluted by its calls."""
    beside = neighbour(shop, f"mailer-{scenario.name}", second)
    beside.start()
    try:
        release = rehearse(shop, replace(scenario, settings=SHARED, rate=BUSY), lambda *_: None)
    finally:
        beside.stop()

    served = beside.by_version()
    assert served["2"].calls > 50
    assert served["2"].errors == (served["2"].calls if second == BROKEN else 0)
    row = row_of(replace(scenario, settings=SHARED), release)
    assert row.differences == (), row.reason
