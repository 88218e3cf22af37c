"""What AWS's price list says today of the prices that estimates rest on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, Plan, Question, answered, unanswered
from warmgate_ops.cold_starts.prices import DATED, LIST

ID = "prices"
GROUPS = {
    "AWS-Lambda-Duration": LIST.gb_second_x86,
    "AWS-Lambda-Duration-ARM": LIST.gb_second_arm,
    "AWS-Lambda-Requests": LIST.request,
    "AWS-Lambda-Provisioned-Concurrency": LIST.provisioned_gb_second_x86,
    "AWS-Lambda-Provisioned-Concurrency-ARM": LIST.provisioned_gb_second_arm,
    "AWS-Lambda-Duration-Provisioned": LIST.provisioned_duration_gb_second_x86,
    "AWS-Lambda-Duration-Provisioned-ARM": LIST.provisioned_duration_gb_second_arm,
}
"""The attribute `group` of the price list, and the price that is counted with."""
SNAPSTART = "SnapStart"
"""Its groups are recorded under whatever names the price list has for them."""
PAGES = 20
NEAR = 0.01


def _ask(lab: Lab, plan: Plan) -> Answer:
    found: dict[str, float] = {}
    token: dict[str, str] = {}
    where = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": plan.region}]
    for _ in range(PAGES):
        page = lab.look("pricing", "get_products", ServiceCode="AWSLambda", Filters=where, **token)
        for entry in page.get("PriceList", []):
            found |= dict(_highest(json.loads(entry)))
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    seen = {group: found[group] for group in GROUPS if group in found}
    if not seen:
        return unanswered(ID, f"the price list names none of the {len(GROUPS)} groups in {plan.region}")
    others = [group for group, price in seen.items() if abs(price - GROUPS[group]) > NEAR * GROUPS[group]]
    named = f", other: {', '.join(others)}" if others else ""
    said = f"{len(seen) - len(others)} of {len(seen)} prices of {plan.region} are those of {DATED}, us-east-1{named}"
    return answered(ID, said, **seen, **{group: price for group, price in found.items() if SNAPSTART in group})


def _highest(product: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield a product's group and its price before any discount for volume."""
    group = product.get("product", {}).get("attributes", {}).get("group", "")
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        rates = [float(rate["pricePerUnit"].get("USD", 0)) for rate in term.get("priceDimensions", {}).values()]
        if rates and max(rates) > 0:
            yield group, max(rates)


QUESTION = Question(
    id=ID,
    asks="Are the prices that estimates rest on those of AWS's price list?",
    how="GetProducts of AWSLambda in the region",
    usd_most=0.0,
    ask=_ask,
)
