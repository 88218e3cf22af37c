"""CloudTrail's event history at the front: what was called, by whom, and LookupEvents."""

from warmgate_ops.rehearsal.cloud.trail.front import TrailFront
from warmgate_ops.rehearsal.cloud.trail.history import History

__all__ = ["History", "TrailFront"]
