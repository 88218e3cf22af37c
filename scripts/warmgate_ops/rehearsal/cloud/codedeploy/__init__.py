"""A small wire-compatible CodeDeploy for Lambda deployments. See docs/reference/local-codedeploy.md."""

from warmgate_ops.rehearsal.cloud.codedeploy.journal import Entry, ReportedStatus
from warmgate_ops.rehearsal.cloud.codedeploy.service import CodeDeployService

__all__ = ["CodeDeployService", "Entry", "ReportedStatus"]
