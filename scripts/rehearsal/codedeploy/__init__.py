"""A small wire-compatible CodeDeploy for Lambda deployments; docs/reference/local-codedeploy.md tells where AWS differs."""

from rehearsal.codedeploy.journal import Entry, ToldStatus
from rehearsal.codedeploy.service import CodeDeployService

__all__ = ["CodeDeployService", "Entry", "ToldStatus"]
