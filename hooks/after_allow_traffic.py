"""The AfterAllowTraffic hook: CodeDeploy's event in, one status out, judged by the traffic that has moved."""

from warmgate.bootstrap import live_gate
from warmgate.handler import hook_of

handler = hook_of(live_gate())
