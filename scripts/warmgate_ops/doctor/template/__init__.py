"""Reads SAM and CloudFormation templates without an account; nothing is resolved that the text does not say."""
