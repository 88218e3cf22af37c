"""A subset of CloudWatch Logs Insights: queries are compiled to stages over rows, what is not known is refused."""

from warmgate_ops.rehearsal.cloud.logs.insights.discovery import Row, row_of
from warmgate_ops.rehearsal.cloud.logs.insights.query import Query, compile_query
from warmgate_ops.rehearsal.cloud.logs.insights.tokens import QueryError

__all__ = ["Query", "QueryError", "Row", "compile_query", "row_of"]
