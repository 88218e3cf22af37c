"""Every check of concurrency: the account, what is reserved, what is provisioned, how that scales, what calls."""

from __future__ import annotations

from warmgate_ops.cold_starts.concurrency.checks import (
    account_limit_low,
    autoscaling_average,
    autoscaling_stuck,
    event_source_above_reserved,
    pc_eats_reserved,
    pc_idle,
    pc_on_latest,
    pc_on_weighted_alias,
    pc_spillover,
    rate_limit,
    reserved_too_high,
    reserved_too_low,
    reserved_zero,
    scaling_rate,
    unreserved_below_100,
)

CONCURRENCY_CHECKS = tuple(
    module.CHECK
    for module in (
        account_limit_low,
        unreserved_below_100,
        reserved_zero,
        reserved_too_low,
        reserved_too_high,
        pc_eats_reserved,
        pc_on_latest,
        pc_on_weighted_alias,
        pc_spillover,
        pc_idle,
        autoscaling_stuck,
        autoscaling_average,
        scaling_rate,
        rate_limit,
        event_source_above_reserved,
    )
)
