"""What can be wrong with a filter: a code for each mistake and its English words.

A `FilterError` carries code, values and place, so that who shows it may say the same in another language.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Code -> what is wrong, with the values that the error carries in braces.
MISTAKES: Mapping[str, str] = {
    "unclosed-quote": "this quote is not closed",
    "unclosed-parenthesis": "this '(' is not closed",
    "unopened-parenthesis": "this ')' has no '(' before it",
    "too-deep": "at most {most} parentheses may stand in each other",
    "too-long": "a filter has at most {most} characters",
    "long-quote": "a quote has at most {most} words",
    "nothing": "something to look for is missing here",
    "nothing-before": "AND needs something before it",
    "nothing-after": "AND needs something after it",
    "nothing-negated": "{sign} needs a word after it",
    "near-range": "NEAR reaches from 1 to {most} words",
    "near-sides": "{word} needs a word or a name on both sides",
    "no-letters": "'{typed}' has no letters or digits to look for",
    "no-field": "there is no field '{typed}'",
    "no-value": "'{field}' needs a value after it",
    "no-order": "'{field}' has no order: write {example}",
    "stage-without-order": "the stage '{stage}' has no place in their order: write {example}",
    "not-known": "'{field}' knows no '{typed}'",
    "no-name": "'{typed}' is no name: expected one to eight words",
    "no-sum": "'{typed}' is no sum of money: expected a sum such as {example}",
    "no-currency": "'{typed}' names no currency: expected a sum such as {example}",
    "no-number": "'{typed}' is no number",
    "score-range": "a score lies between 0 and 1, for example {example}",
    "no-date": "'{typed}' is no date: expected year-month-day, for example {example}",
}


class FilterError(ValueError):
    """A filter cannot be understood."""

    def __init__(
        self,
        position: int,
        code: str,
        *,
        near: str | None = None,
        known: tuple[str, ...] = (),
        works: str = "",
        **values: object,
    ) -> None:
        """`position`: the character it fails at, from 0. `code`: of `MISTAKES`, which takes `values`. `near`: the
        nearest valid spelling; `known`: all there are, where they are few; `works`: what the language has, in its
        own words."""
        self.position = position
        self.code = code
        self.values: Mapping[str, object] = MappingProxyType(values)
        self.near = near
        self.known = known
        self.works = works
        super().__init__(f"at character {position + 1}: {self.message}")

    @property
    def message(self) -> str:
        """What to mend, in English."""
        told = MISTAKES[self.code].format(**self.values)
        if self.near:
            told += f"; did you mean '{self.near}'?"
        elif self.known:
            told += f"; there are: {', '.join(self.known)}"
        return f"{told}; what works: {self.works}" if self.works else told
