"""Every check of an installation, in the order in which a release would meet what they find."""

from __future__ import annotations

from warmgate_ops.doctor.installation.checks import (
    alarms_silent,
    function_missing,
    function_settings,
    function_version,
    log_retention,
    role_denied,
    rule_missing,
    store_missing,
)

INSTALL_CHECKS = tuple(
    module.CHECK
    for module in (
        function_missing,
        function_version,
        function_settings,
        log_retention,
        store_missing,
        rule_missing,
        alarms_silent,
        role_denied,
    )
)
