"""A typed filter to its tree: recursive descent over the tokens.

Words beside each other must all be there and bind closer than OR; NEAR binds closest. A word means any inflection,
and a name any spelling, that the pack knows. Length and depth are bounded, so that every filter is quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from rules.filters.fields import field_part
from rules.filters.mistakes import FilterError
from rules.filters.nodes import And, Expression, Filter, Near, Not, OneOf, Or, Phrase, conjuncts
from rules.filters.running import MOST_NEAR
from rules.filters.tokens import Token, as_typed, tokens
from rules.pack import Pack
from rules.search import CONCEPT, Asked, asked_in

MAX_LENGTH = 1000  # characters; longer ones are no filter a person typed
MAX_DEPTH = 30  # parentheses within parentheses
MAX_QUOTED = 20  # words of one quote, so that hostile text costs no more than a few passes
_USUAL_NEAR = 10  # words, when NEAR stands without a number
_ENDS = ("or", "and", "close", "near")


def parse_filter(text: str, pack: Pack, zone: tzinfo = UTC) -> Filter:
    """The filter that `text` says; raises FilterError with the position of the first mistake.

    `zone` is where the days of after: and before: begin at midnight.
    """
    typed = as_typed(text)
    if len(typed) > MAX_LENGTH:
        raise FilterError(MAX_LENGTH, "too-long", most=MAX_LENGTH)
    parser = _Parser(tokens(typed), len(typed), pack, zone)
    return Filter(typed.strip(), parser.whole())


@dataclass(frozen=True, slots=True)
class _Operand:
    """A part that NEAR may take: what its terms are and what it is by itself."""

    part: Expression
    names: OneOf | None  # None: several words or a field, which NEAR cannot take


class _Parser:
    """Or-expressions of and-expressions of parts."""

    def __init__(self, found: list[Token], end: int, pack: Pack, zone: tzinfo) -> None:
        self._tokens = found
        self._next = 0
        self._end = end
        self._pack = pack
        self._zone = zone
        self._depth = 0

    def whole(self) -> Expression:
        if not self._tokens:
            return And(())
        root = self._or()
        if (token := self._peek()) is not None:
            raise FilterError(token.position, "unopened-parenthesis")
        return root

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _or(self) -> Expression:
        parts = [self._and()]
        while (token := self._peek()) is not None and token.kind == "or":
            self._next += 1
            parts.append(self._and())
        if all(isinstance(part, OneOf) for part in parts):
            return OneOf(tuple(dict.fromkeys(term for part in parts if isinstance(part, OneOf) for term in part.terms)))
        return parts[0] if len(parts) == 1 else Or(tuple(dict.fromkeys(parts)))

    def _and(self) -> Expression:
        row: list[_Operand] = []
        while (token := self._peek()) is not None and token.kind not in ("or", "close"):
            if token.kind == "and":
                self._and_word(token, bool(row))
            elif token.kind == "near":
                row += self._near(token, row)
            else:
                row += self._operands(token)
        if not row:
            position = token.position if token is not None else self._end
            raise FilterError(position, "nothing")
        flat = (part for operand in row for part in conjuncts(operand.part))  # a (b c) is a b c
        parts = tuple(dict.fromkeys(flat))
        return parts[0] if len(parts) == 1 else And(parts)

    def _and_word(self, token: Token, begun: bool) -> None:
        if not begun:
            raise FilterError(token.position, "nothing-before")
        self._next += 1
        if (after := self._peek()) is None or after.kind in _ENDS:
            raise FilterError(token.position, "nothing-after")

    def _near(self, token: Token, row: list[_Operand]) -> list[_Operand]:
        """The words after NEAR; the first of them is tied to the last before it."""
        within = _USUAL_NEAR if token.within is None else token.within
        if not 1 <= within <= MOST_NEAR:
            raise FilterError(token.position, "near-range", most=MOST_NEAR)
        before = row[-1].names if row else None
        self._next += 1
        after = self._peek()
        following = self._operands(after) if after is not None and after.kind in ("word", "phrase") else []
        behind = following[0].names if following else None
        if before is None or behind is None:
            raise FilterError(token.position, "near-sides", word=token.text)
        tied = Near((before, behind), self._members(before), self._members(behind), within)
        return [_Operand(tied, None), *following]

    def _operands(self, token: Token) -> list[_Operand]:
        if token.kind == "word":
            return self._words()
        self._next += 1
        match token.kind:
            case "not":
                return [_Operand(Not(self._negated(token)), None)]
            case "open":
                return [_Operand(self._group(token), None)]
            case "phrase":
                asked = self._asked(token.text, token.position)
                if len(asked) > MAX_QUOTED:
                    raise FilterError(token.position, "long-quote", most=MAX_QUOTED)
                return [_Operand(self._in_a_row(asked), OneOf(asked[0].terms) if len(asked) == 1 else None)]
            case _:
                return [_Operand(field_part(token, self._pack, self._zone), None)]

    def _negated(self, sign: Token) -> Expression:
        token = self._peek()
        if token is None or token.kind in (*_ENDS, "not"):
            raise FilterError(sign.position, "nothing-negated", sign=sign.text)
        if token.kind == "word":
            self._next += 1
            parts = tuple(operand.part for operand in self._split(self._asked(token.text, token.position)))
        else:
            parts = tuple(operand.part for operand in self._operands(token))
        return parts[0] if len(parts) == 1 else And(parts)

    def _group(self, opening: Token) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError(opening.position, "too-deep", most=MAX_DEPTH)
        inside = self._or()
        if self._peek() is None:
            raise FilterError(opening.position, "unclosed-parenthesis")
        self._next += 1
        self._depth -= 1
        return inside

    def _words(self) -> list[_Operand]:
        """Words in a row are read together, since names may have several: air force, su 57."""
        row: list[str] = []
        first = self._tokens[self._next].position
        while (token := self._peek()) is not None and token.kind == "word":
            row.append(token.text)
            self._next += 1
        return self._split(self._asked(" ".join(row), first))

    def _asked(self, text: str, position: int) -> tuple[Asked, ...]:
        asked = asked_in(text, self._pack)
        if not asked:
            raise FilterError(position, "no-letters", typed=text)
        return asked

    def _split(self, asked: tuple[Asked, ...]) -> list[_Operand]:
        """A part for each word; what was typed without a space between, such as "long-range", stays in a row."""
        rows: list[list[Asked]] = []
        for one in asked:
            if rows and rows[-1][-1].typed == one.typed:
                rows[-1].append(one)
            else:
                rows.append([one])
        return [_Operand(self._in_a_row(tuple(row)), OneOf(row[0].terms) if len(row) == 1 else None) for row in rows]

    def _in_a_row(self, asked: tuple[Asked, ...]) -> Expression:
        names = tuple(OneOf(one.terms) for one in asked)
        if len(names) == 1:
            return names[0]
        return Phrase(tuple(dict.fromkeys(names)), tuple(self._members(name) for name in names))

    def _members(self, name: OneOf) -> frozenset[str]:
        """The terms that stand in a text for a name: its own and those of all that belong to it."""
        families = {term.removeprefix(CONCEPT) for term in name.terms if term.startswith(CONCEPT)}
        if not families:
            return frozenset(name.terms)
        ancestors = self._pack.ancestors.items()
        return frozenset(name.terms) | {
            CONCEPT + member for member, chain in ancestors if not families.isdisjoint(chain)
        }
