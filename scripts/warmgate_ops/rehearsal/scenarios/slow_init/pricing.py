"""Prices a basket and signs the result. New: clients for everything the team plans to use, built when the module loads."""

import hashlib
import json
import os

import boto3

PRICES_CENTS = {"apple": 40, "bread": 320, "coffee": 890}
SIGNING_ROUNDS = 40_000

REGION = os.environ.get("AWS_REGION", "us-east-1")
SERVICES = ("s3", "ec2", "dynamodb", "rds", "iam", "ssm", "sagemaker", "glue", "cloudformation", "quicksight")
CLIENTS = {name: boto3.client(name, region_name=REGION) for name in SERVICES}


def quote(basket):
    """Return the total of a basket in cents."""
    return sum(PRICES_CENTS[item["sku"]] * item["count"] for item in basket)


def sign(basket, total_cents):
    """Return the signature of a quote: a password hash, slow on purpose."""
    text = json.dumps({"basket": basket, "total_cents": total_cents}, sort_keys=True)
    return hashlib.pbkdf2_hmac("sha256", text.encode(), b"quotes", SIGNING_ROUNDS).hex()
