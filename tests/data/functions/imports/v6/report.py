"""The report of a month."""

import asyncio
import xml.dom.minidom


def monthly_report(month: int) -> str:
    """Return the report as XML."""
    return asyncio.run(_written(month))


async def _written(month: int) -> str:
    document = xml.dom.minidom.Document()
    document.appendChild(document.createElement(f"m{month}"))
    return document.toxml()
