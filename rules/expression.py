"""The filter language of subscriptions, first cut: words, quotes, OR, NOT, parentheses, programme:id.

    s-400 OR "nuclear submarine"        (talks OR contract) -brahmos        programme:su-57

Words beside each other must all be there and bind closer than OR. A word means any inflection, and a name any
spelling, that the pack knows. A filter is checked against the terms of an item (see search.py), in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from rules.pack import Pack
from rules.search import CONCEPT, query_terms
from rules.text import folded_text
from rules.toml import nearest

MAX_LENGTH = 1000  # characters; longer ones are no filter a person typed
MAX_DEPTH = 30  # parentheses within parentheses
_FIELDS = (
    "programme", "category", "stage", "party", "speaker", "source", "kind", "lang", "official", "score",
    "importance", "origins", "value", "quantity", "after", "before", "is",
)  # fmt: skip
_OPENING = '"“„«‟'
_CLOSING = '"”“»‟'
_TOKEN = re.compile(
    rf"\s*(?:(?P<open>\()|(?P<close>\))|(?P<quote>[{_OPENING}{_CLOSING}])|(?P<not>-(?=[^\s)]))|(?P<word>[^\s(){_OPENING}{_CLOSING}]+))"
)
_FIELD = re.compile(r"(?P<name>[^\W\d]+)(?P<operator>:|>=|<=|=|>|<)(?P<value>.*)")
_WORKS = 'words, "quoted words", OR, -word, NOT word, ( ), programme:s-400'


class FilterError(ValueError):
    """A filter cannot be understood. `position`: the character it fails at, from 0; `message`: what to mend."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"at character {position + 1}: {message}")
        self.position = position
        self.message = message


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these terms must be there."""

    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not fit."""

    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All parts must fit; no parts: everything fits."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part must fit."""

    parts: tuple[Expression, ...]


Expression = OneOf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter. The empty one matches everything."""

    text: str  # as typed
    root: Expression

    def matches(self, terms: Collection[str]) -> bool:
        """Whether an item with these terms (Detection.terms) fits."""
        return _fits(self.root, terms if isinstance(terms, set | frozenset) else frozenset(terms))


def parse_filter(text: str, pack: Pack) -> Filter:
    """The filter that `text` says; raises FilterError with the position of the first mistake."""
    if len(text) > MAX_LENGTH:
        raise FilterError(MAX_LENGTH, f"a filter has at most {MAX_LENGTH} characters")
    parser = _Parser(_tokens(text), len(text), pack)
    return Filter(text.strip(), parser.whole())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # open, close, not, or, and, word, phrase, field
    text: str
    position: int


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text) and (match := _TOKEN.match(text, position)):
        kind = str(match.lastgroup)
        start, position = match.start(kind), match.end()
        if kind == "quote":
            end = next((at for at in range(position, len(text)) if text[at] in _CLOSING), None)
            if end is None:
                raise FilterError(start, "this quote is not closed")
            tokens.append(_Token("phrase", text[position:end], start))
            position = end + 1
        elif kind == "word":
            word = match["word"]
            named = {"OR": "or", "AND": "and", "NOT": "not"}.get(word)
            tokens.append(_Token(named or ("field" if _FIELD.fullmatch(word) else "word"), word, start))
        else:
            tokens.append(_Token(kind, match[kind], start))
    return tokens


class _Parser:
    """Recursive descent over the tokens: or-expressions of and-expressions of parts."""

    def __init__(self, tokens: list[_Token], end: int, pack: Pack) -> None:
        self._tokens = tokens
        self._next = 0
        self._end = end
        self._pack = pack
        self._depth = 0

    def whole(self) -> Expression:
        if not self._tokens:
            return And(())
        root = self._or()
        if (token := self._peek()) is not None:
            raise FilterError(token.position, "this ')' has no '(' before it")
        return root

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _or(self) -> Expression:
        parts = [self._and()]
        while (token := self._peek()) is not None and token.kind == "or":
            self._next += 1
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Expression:
        parts: list[Expression] = []
        while (token := self._peek()) is not None and token.kind not in ("or", "close"):
            if token.kind == "and":
                if not parts:
                    raise FilterError(token.position, "AND needs something before it")
                self._next += 1
                if (after := self._peek()) is None or after.kind in ("or", "and", "close"):
                    raise FilterError(token.position, "AND needs something after it")
                continue
            parts.extend(self._words() if token.kind == "word" else [self._part()])
        if not parts:
            position = token.position if token is not None else self._end
            raise FilterError(position, "something to look for is missing here")
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _words(self) -> list[Expression]:
        """Words in a row are read together, since names may have several: air force, su 57."""
        row: list[str] = []
        first = self._tokens[self._next].position
        while (token := self._peek()) is not None and token.kind == "word":
            row.append(token.text)
            self._next += 1
        return self._terms(" ".join(row), first)

    def _part(self) -> Expression:
        token = self._tokens[self._next]
        self._next += 1
        match token.kind:
            case "not":
                after = self._peek()
                if after is None or after.kind in ("or", "and", "close", "not"):
                    raise FilterError(token.position, f"{token.text} needs a word after it")
                if after.kind == "word":
                    self._next += 1
                    return Not(And(tuple(self._terms(after.text, after.position))))
                return Not(self._part())
            case "open":
                return self._group(token)
            case "phrase":
                return And(tuple(self._terms(token.text, token.position)))
            case _:
                return self._field(token)

    def _group(self, opening: _Token) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError(opening.position, f"at most {MAX_DEPTH} parentheses may stand in each other")
        inside = self._or()
        closing = self._peek()
        if closing is None:
            raise FilterError(opening.position, "this '(' is not closed")
        self._next += 1
        self._depth -= 1
        return inside

    def _terms(self, text: str, position: int) -> list[Expression]:
        asked = query_terms(text, self._pack)
        if not asked:
            raise FilterError(position, f"'{text}' has no letters or digits to look for")
        return [OneOf(alternatives) for alternatives in asked]

    def _field(self, token: _Token) -> Expression:
        match = _FIELD.fullmatch(token.text)
        assert match is not None  # the tokeniser saw to it
        name, operator, value = folded_text(match["name"]), match["operator"], match["value"]
        if name not in _FIELDS:
            raise FilterError(
                token.position,
                f"there is no field '{match['name']}'{nearest(name, _FIELDS)}; what works: {_WORKS}",
            )
        if name != "programme" or operator not in (":", "="):
            raise FilterError(token.position, f"'{name}{operator}' is not understood yet; what works: {_WORKS}")
        wanted = folded_text(value)
        known = [concept.id for concept in self._pack.concepts.values() if concept.kind in ("programme", "family")]
        if wanted not in known:
            at = token.position + match.start("value")
            raise FilterError(at, f"there is no programme '{value}'{nearest(wanted, known)}")
        return OneOf((CONCEPT + wanted,))


def _fits(expression: Expression, terms: Collection[str]) -> bool:
    match expression:
        case OneOf(alternatives):
            return any(term in terms for term in alternatives)
        case Not(part):
            return not _fits(part, terms)
        case And(parts):
            return all(_fits(part, terms) for part in parts)
        case Or(parts):
            return any(_fits(part, terms) for part in parts)
