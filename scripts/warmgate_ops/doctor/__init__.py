"""Shows before a release what would fail during the deployment: facts are gathered once, checks are pure."""
