"""Whose bucket is meant: another account can take a name that was given up, and gets what is written there."""

from __future__ import annotations


def owned_by(account: str) -> dict[str, str]:
    """Return what a call of S3 says besides, so that S3 denies it where another account owns the bucket."""
    return {"ExpectedBucketOwner": account} if account else {}
