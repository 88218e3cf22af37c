"""Application Auto Scaling at the front: what was registered is kept and described; nothing is scaled."""

from warmgate_ops.rehearsal.cloud.autoscaling.front import AutoscalingFront

__all__ = ["AutoscalingFront"]
