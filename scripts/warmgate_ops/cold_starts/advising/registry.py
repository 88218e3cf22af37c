"""Every rule, in the order in which a cold start is shortened: less work first, paying for warm environments last."""

from __future__ import annotations

from warmgate_ops.cold_starts.advising.rules import (
    architecture,
    concurrency,
    extensions,
    image,
    init_near_10s,
    init_work,
    latest_used_by_callers,
    layers,
    log_level,
    memory,
    package_size,
    pc_not_needed,
    provisioned,
    runtime,
    sdk_clients_at_import,
    snapstart,
    snapstart_uniqueness,
    timeout_below_init,
    traffic_pattern,
    unused_code,
    vpc,
)
from warmgate_ops.cold_starts.advising.saying import Rule

RULES: tuple[Rule, ...] = tuple(
    module.RULE
    for module in (
        # can it be seen at all
        log_level,
        # less work
        init_work,
        init_near_10s,
        timeout_below_init,
        sdk_clients_at_import,
        unused_code,
        package_size,
        extensions,
        layers,
        vpc,
        image,
        # more CPU
        memory,
        architecture,
        runtime,
        # a snapshot
        snapstart,
        snapstart_uniqueness,
        # traffic, and who is called
        traffic_pattern,
        latest_used_by_callers,
        # environments ahead
        provisioned,
        pc_not_needed,
        concurrency,
    )
)
