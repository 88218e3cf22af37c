"""What a parameter's default decides: the deployment may override it, and without doing so gets this."""

from __future__ import annotations

from warmgate_ops.doctor.template.nodes import Value


def decided_in(root: Value, value: Value | None) -> Value | None:
    """Return a value, or the default of the parameter that it refers to."""
    function, argument = (value.intrinsic() if value else None) or ("", value)
    if function != "Ref" or argument is None:
        return value
    return root.at("Parameters", argument.text() or "", "Default") or value
