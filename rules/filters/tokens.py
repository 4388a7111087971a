"""What was typed, cut into tokens that remember their place.

In: the text of a filter. Out: tokens; FilterError for a quote that is not closed or a field without a value. What
Slack escapes is read as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rules.filters.amounts import Amount, amount_at
from rules.filters.mistakes import FilterError
from rules.filters.nodes import Operator
from rules.text import folded_text
from rules.toml import nearest_of

FIELDS = (
    "programme", "category", "stage", "party", "speaker", "source", "kind", "lang", "official", "score",
    "importance", "origins", "value", "quantity", "after", "before", "is",
)  # fmt: skip
WORKS = 'words, "quoted words", OR, -word, NOT, ( ), NEAR/5, programme:s-400, stage>=contract, value>=$1bn'
Kind = Literal["open", "close", "not", "or", "and", "near", "word", "phrase", "field"]

_OPENING = '"“„«‟'
_CLOSING = '"”“»‟'
_QUOTES = _OPENING + _CLOSING
_MINUS = "-\u2010\u2011\u2012\u2013\u2014\u2212"  # phones make dashes of two hyphens
_ESCAPES = (("&gt;", ">"), ("&lt;", "<"), ("&amp;", "&"))
_OPERATORS = {"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", ":": "="}
_WORD = re.compile(rf"[^\s(){_QUOTES}]+")
_FIELD = re.compile(r"(?P<name>[^\W\d_]+)(?P<operator>>=|<=|=>|=<|[≥≤:=<>])")
_SPACED_FIELD = re.compile(r"(?P<name>[^\W\d_]+)\s*(?P<operator>>=|<=|=>|=<|[≥≤=<>])")
_NEAR = re.compile(r"NEAR(?:/(?P<within>\d{1,4}))?(?=[\s(]|$)")
_NAMED: dict[str, Kind] = {"OR": "or", "AND": "and", "NOT": "not"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    kind: Kind
    text: str  # of a field its value
    position: int
    field: str = ""  # of a field its name, folded
    operator: Operator = "="  # of a field; ":" counts as "="
    value_at: int = 0  # of a field: where its value begins
    amount: Amount | None = None  # of the field value
    within: int | None = None  # of NEAR/5: 5; None: not told


def as_typed(text: str) -> str:
    """`text` without Slack's escapes: it sends "&gt;" for ">"."""
    for escape, char in _ESCAPES:
        text = text.replace(escape, char)
    return text


def tokens(text: str) -> list[Token]:
    """The tokens of a filter, in order. Linear in the text."""
    found: list[Token] = []
    position = 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if position == len(text):
            return found
        token, position = _token(text, position)
        found.append(token)


def _token(text: str, at: int) -> tuple[Token, int]:
    char = text[at]
    if char in "()":
        return Token(kind="open" if char == "(" else "close", text=char, position=at), at + 1
    if char in _MINUS and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] != ")":
        return Token(kind="not", text=char, position=at), at + 1
    if char in _QUOTES:
        inside, after = _quoted(text, at)
        return Token(kind="phrase", text=inside, position=at), after
    field = _FIELD.match(text, at)
    if field is None:
        field = _SPACED_FIELD.match(text, at)
        if field is not None and folded_text(field["name"]) not in FIELDS:
            field = None
    if field is not None:
        return _field(text, field)
    if near := _NEAR.match(text, at):
        within = int(near["within"]) if near["within"] else None
        return Token(kind="near", text=near[0], position=at, within=within), near.end()
    word = _WORD.match(text, at)
    assert word is not None  # neither space, bracket nor quote
    return Token(kind=_NAMED.get(word[0], "word"), text=word[0], position=at), word.end()


def _field(text: str, match: re.Match[str]) -> tuple[Token, int]:
    name, start = folded_text(match["name"]), match.start()
    if name not in FIELDS:
        raise FilterError(start, "no-field", near=nearest_of(name, FIELDS), works=WORKS, typed=match["name"])
    operator: Operator = _OPERATORS.get(match["operator"], match["operator"])  # type: ignore[assignment]
    at = match.end()
    while at < len(text) and text[at].isspace() and match["operator"] != ":":
        at += 1
    amount = None
    value_at = at
    if at < len(text) and text[at] in _QUOTES:
        value, at = _quoted(text, at)
        value_at += 1
        if name == "value":
            amount = amount_at(value, 0)
            if amount is not None and amount.end < len(value.rstrip()):
                amount = None
    elif name == "value" and (amount := amount_at(text, at)) is not None:
        value, at = text[at : amount.end], amount.end
    else:
        word = _WORD.match(text, at)
        value = word[0] if word else ""
        at += len(value)
    if not value.strip():
        raise FilterError(value_at, "no-value", field=name)
    token = Token(
        kind="field", text=value, position=start, field=name, operator=operator, value_at=value_at, amount=amount
    )
    return token, at


def _quoted(text: str, at: int) -> tuple[str, int]:
    """What stands in the quotes that begin at `at`, and where it goes on behind them."""
    end = next((end for end in range(at + 1, len(text)) if text[end] in _CLOSING), None)
    if end is None:
        raise FilterError(at, "unclosed-quote")
    return text[at + 1 : end], end + 1
