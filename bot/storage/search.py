"""How alerts are found by their terms, on either database.

A term is any text, as `rules.search_terms` makes it, and is found only as a whole. PostgreSQL keeps the terms of
an alert as an array under a GIN index. SQLite has a full-text index (FTS5) in which each term stands as the
hexadecimal of its bytes: so it is one word whatever it holds, no tokenizer's table of letters decides where it
ends (they split Hindi words at vowel signs), and no quote or operator of the query language can come out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, ScalarSelect, Select, Text, and_, cast, column, select, table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from bot.storage.codec import clean
from bot.storage.schema import alerts

Query = Sequence[Sequence[str]]  # AND of ORs of terms, each made by `searchable`; no group is empty
Seq = ScalarSelect[int]

# Alerts that PostgreSQL reads without an index, in 5 ms at most. A page of 20 that they do not fill has terms in
# fewer than 1 alert of 100, where the index is quick. Choose again by measuring both.
_RECENT = 2000
_LONGEST = 200  # characters; a term of more than 2.7 kB would not fit into PostgreSQL's index


def searchable(terms: Iterable[str]) -> tuple[str, ...]:
    """The terms as they are kept and looked for: cleaned, cut at 200 characters, without empty ones."""
    return tuple(kept for term in terms if (kept := clean(term)[:_LONGEST]))


def index_text(terms: Iterable[str]) -> str:
    """What SQLite's index reads for an alert with these terms."""
    return " ".join(map(_word, terms))


def newest_sqlite(query: Query, older_than: Seq | None, limit: int) -> Select[Any]:
    """The alerts that have a term of each group, newest first. FTS5 itself walks from the newest (its rowid is
    alerts.seq), so a common term costs no more than a rare one."""
    groups = [" OR ".join(f'"{_word(term)}"' for term in group) for group in query]
    match = " AND ".join(f"({group})" for group in groups)
    rowid: ColumnClause[int] = column("rowid")
    found = select(rowid).select_from(table("alert_search")).where(sql("alert_search MATCH :terms"))
    if older_than is not None:
        found = found.where(rowid < older_than)
    found = found.order_by(rowid.desc()).limit(limit).params(terms=match)
    return select(alerts).where(alerts.c.seq.in_(found)).order_by(alerts.c.seq.desc())


def newest_postgresql(query: Query, older_than: Seq | None, limit: int) -> tuple[Select[Any], Select[Any]]:
    """The same, as two queries: the first looks through the newest alerts only, the second, needed where that
    finds fewer than `limit`, through the index. Left to itself the planner mistakes common terms for rare ones or,
    with fresh statistics, rare ones for common ones: 70 ms either way at 100,000 alerts, against 6."""
    older = select(alerts) if older_than is None else select(alerts).where(alerts.c.seq < older_than)
    recent = older.order_by(alerts.c.seq.desc()).limit(_RECENT).subquery()
    first = select(recent).where(_has(recent.c.terms, query)).order_by(recent.c.seq.desc()).limit(limit)
    # MATERIALIZED: all matches are found before they are put in order, so the order cannot tempt the planner.
    indexed = older.with_only_columns(alerts.c.seq).where(_has(alerts.c.terms, query))
    found = indexed.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    newest = select(found.c.seq).order_by(found.c.seq.desc()).limit(limit)
    return first, select(alerts).where(alerts.c.seq.in_(newest)).order_by(alerts.c.seq.desc())


def _has(terms: ColumnElement[Any], query: Query) -> ColumnElement[bool]:
    """Array operators: has it (@>), has one of them (&&)."""
    return and_(
        *(
            terms.op("@>" if len(group) == 1 else "&&", is_comparison=True)(cast(list(group), ARRAY(Text)))
            for group in query
        )
    )


def _word(term: str) -> str:
    return term.encode().hex()
