"""A small wire-compatible CodeDeploy for Lambda deployments. See docs/reference/local-codedeploy.md."""

from rehearsal.codedeploy.journal import Entry, ToldStatus
from rehearsal.codedeploy.service import CodeDeployService

__all__ = ["CodeDeployService", "Entry", "ToldStatus"]
