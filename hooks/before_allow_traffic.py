"""The BeforeAllowTraffic hook: CodeDeploy's event in, one status out."""

import gc

gc.disable()  # Imports free nothing: collecting meanwhile takes a twelfth of the init (measured).

from warmgate.bootstrap import gate  # noqa: E402
from warmgate.handler import hook_of  # noqa: E402

handler = hook_of(gate())
gc.enable()
