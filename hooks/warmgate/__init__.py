"""Warmgate: judges a new Lambda version before CodeDeploy lets traffic reach it."""
