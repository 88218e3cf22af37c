"""Turns a policy, a capacity and a budget into a probe plan: which calls, to which arm, in which order."""

from warmgate.planning.burst import Room, burst_of, grant_burst, room_of
from warmgate.planning.cost import call_cost_usd
from warmgate.planning.plan import Call, ProbePlan, Round, plan_probes, repeat_probe, seed_of, try_probes

__all__ = [
    "Call",
    "ProbePlan",
    "Room",
    "Round",
    "burst_of",
    "call_cost_usd",
    "grant_burst",
    "plan_probes",
    "repeat_probe",
    "room_of",
    "seed_of",
    "try_probes",
]
