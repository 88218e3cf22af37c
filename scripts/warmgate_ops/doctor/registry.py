"""Every check, in the order in which a release would meet them."""

from __future__ import annotations

from warmgate_ops.doctor.checks import (
    alarm_missing,
    alarm_ringing,
    alarm_without_data,
    alias_moved,
    alias_weighted,
    appspec_faults,
    codedeploy_calls_hook,
    concurrency,
    config_only_change,
    deployment_in_progress,
    first_deployment,
    group_missing,
    hook_inactive,
    hook_invokes,
    hook_looks_up,
    hook_missing,
    hook_network,
    hook_reports,
    hook_retries,
    hook_shifted,
    hook_timeout,
    logs_hide_reports,
    nested_stacks,
    no_alarms,
    no_alias,
    no_hook,
    not_weightable,
    policy_faults,
    policy_undecided,
    probe_tenants,
    provisioned_on_alias,
    rollback_events,
    same_version,
    target_missing,
)

CHECKS = tuple(
    module.CHECK
    for module in (
        # the function and its alias
        target_missing,
        first_deployment,
        config_only_change,
        alias_weighted,
        alias_moved,
        provisioned_on_alias,
        not_weightable,
        logs_hide_reports,
        concurrency,
        no_alias,
        # the deployment and its group
        group_missing,
        appspec_faults,
        same_version,
        deployment_in_progress,
        rollback_events,
        no_alarms,
        alarm_missing,
        alarm_ringing,
        alarm_without_data,
        # the hook
        no_hook,
        hook_missing,
        hook_inactive,
        codedeploy_calls_hook,
        hook_reports,
        hook_invokes,
        hook_looks_up,
        hook_timeout,
        hook_network,
        hook_retries,
        hook_shifted,
        # the policy
        policy_faults,
        policy_undecided,
        probe_tenants,
        # the template itself
        nested_stacks,
    )
)
