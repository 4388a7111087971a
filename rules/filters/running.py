"""The words of a text in their order, small enough to keep beside an alert: what quotes and NEAR look at.

In: a title, a text and the mentions found in them. Out: one line such as
"russia deliv third c:s-400~2 s 400 regiment | talk": a stem for each word, before the words of a name its
concept with the number of words that it covers, and a bar between title and text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rules.languages import stem
from rules.model import Field, Mention
from rules.text import words

MOST_NEAR = 50  # words: the farthest that NEAR reaches; a title and a text stand farther apart than that
_BREAK = "|"
_COVERS = "~"
_CONCEPT = "c:"

Places = Mapping[str, tuple[tuple[int, int], ...]]  # term -> (first word, one past the last) of each time it stands


def running_words(title: str, text: str, mentions: Iterable[Mention]) -> str:
    """The line for an item; "" for one without words. Linear in the text."""
    named: dict[Field, list[Mention]] = {"title": [], "text": []}
    for mention in mentions:
        named[mention.span.field].append(mention)
    parts = (_line(title, named["title"]), _line(text, named["text"]))
    return f" {_BREAK} ".join(part for part in parts if part)


@lru_cache(maxsize=32)  # one text is looked at by every filter with a quote
def places(running: str) -> Places:
    """Where each term of the line stands, counted in words from 0."""
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    at = 0
    for token in running.split(" "):
        if token.startswith(_CONCEPT):
            concept, _, covered = token.rpartition(_COVERS)
            found[concept].append((at, at + int(covered)))
            continue
        if token == _BREAK:
            at += MOST_NEAR
            continue
        found[token].append((at, at + 1))
        at += 1
    return {term: tuple(spans) for term, spans in found.items()}


def in_a_row(parts: Iterable[frozenset[str]], where: Places) -> bool:
    """Whether the parts stand one straight after the other, each as any of its terms."""
    ends: set[int] | None = None
    for part in parts:
        spans = [span for term in part for span in where.get(term, ())]
        ends = {end for start, end in spans if ends is None or start in ends}
        if not ends:
            return False
    return ends is not None


def near(left: frozenset[str], right: frozenset[str], within: int, where: Places) -> bool:
    """Whether a term of each side stand with fewer than `within` words between them, in either order."""
    spans = sorted(
        (start, end, side)
        for side, part in enumerate((left, right))
        for term in part
        for start, end in where.get(term, ())
    )
    last: list[int | None] = [None, None]  # where the farthest-reaching span of each side ended
    for start, end, side in spans:
        other = last[1 - side]
        if other is not None and start - other < within:
            return True
        own = last[side]
        last[side] = end if own is None else max(own, end)
    return False


def _line(text: str, mentions: list[Mention]) -> str:
    tokens: list[str] = []
    waiting = sorted(mentions, key=lambda mention: mention.span.start, reverse=True)
    open_names: list[tuple[int, int, Mention]] = []  # index of its token, words so far, the mention
    for start, end in words(text):
        found = stem(text[start:end])
        if not found:
            continue
        open_names = _closed(open_names, tokens, start)
        while waiting and waiting[-1].span.start < end:
            open_names.append((len(tokens), 0, waiting.pop()))
            tokens.append("")
        tokens.append(found)
        open_names = [(at, covered + 1, mention) for at, covered, mention in open_names]
    _closed(open_names, tokens, len(text))
    return " ".join(token for token in tokens if token)


def _closed(names: list[tuple[int, int, Mention]], tokens: list[str], position: int) -> list[tuple[int, int, Mention]]:
    """Writes the names that end before `position`; the others stay open."""
    still = []
    for at, covered, mention in names:
        if mention.span.end <= position:
            tokens[at] = f"{_CONCEPT}{mention.concept}{_COVERS}{covered}"
        else:
            still.append((at, covered, mention))
    return still
