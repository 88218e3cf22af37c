"""A subset of CloudWatch Logs Insights: queries are compiled to stages over rows, what is not known is refused."""

from rehearsal.logs.insights.discovery import Row, row_of
from rehearsal.logs.insights.query import Query, compile_query
from rehearsal.logs.insights.tokens import QueryError

__all__ = ["Query", "QueryError", "Row", "compile_query", "row_of"]
