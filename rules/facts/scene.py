"""An item cut for reading facts: each field's words, figures, clauses and mentions, in order.

Made once from a `Reading`, for the finders of stage, speaker, owner and party. A clause is a piece of a
sentence that says one thing; a sentence's number is that of `Reading` (0: the title, 1 …: the sentences of the
text).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce
from itertools import pairwise
from operator import attrgetter, or_
from typing import NamedTuple

from rules.facts import clause_words as sense
from rules.facts.found import Found
from rules.facts.grammars import find_in
from rules.facts.word_cues import MAY_OPEN
from rules.facts.words import Cut, Word, words_of
from rules.model import Field, Mention
from rules.pack import Pack
from rules.reading import Reading

OLD_DAYS = 75  # what happened longer ago is background; by judgement: news of a step is told within weeks
_new = tuple.__new__  # makes a named tuple in less than half the time of its own constructor
_SHORTEST_CLAUSE = 4  # words; a shorter piece before a comma ("which, officials said, …") is no clause of its own


class Clause(NamedTuple):
    """A piece of a sentence. `first` and `last` are indexes of words, `start` and `end` offsets in the field."""

    first: int
    last: int
    start: int
    end: int
    sentence: int
    old: bool  # tells of a time before the news: a past date, "earlier", "had been"
    dated: bool  # holds a date at all
    told: int  # what its words tell, see clause_words


@dataclass(frozen=True, slots=True)
class FieldScene:
    """One field of the item."""

    field: Field
    text: str
    words: Sequence[Word]
    senses: Sequence[int]  # of each word, see clause_words
    starts: Sequence[int]  # where each word begins
    ends: Sequence[int]  # and one past its last code point
    marked: Sequence[int]  # the words that may open a clause or say who speaks, among others; see `Cut`
    found: tuple[Found, ...]  # sums, counts and dates in order
    rows: tuple[Found, ...]  # what is named by its place in a row: "the fourth squadron"
    row_starts: Sequence[int]
    clauses: tuple[Clause, ...]
    clause_starts: Sequence[int]
    mentions: tuple[Mention, ...]  # in order
    mention_starts: Sequence[int]

    def clause_at(self, offset: int) -> int:
        """Index of the clause that holds an offset."""
        return bisect_right(self.clause_starts, offset, 1) - 1

    def word_at(self, offset: int) -> int:
        """Index of the word that holds an offset, or of the one before it."""
        return bisect_right(self.starts, offset, 1) - 1

    def mentions_in(self, start: int, end: int) -> tuple[Mention, ...]:
        """The mentions that begin within start..end."""
        return self.mentions[bisect_left(self.mention_starts, start) : bisect_left(self.mention_starts, end)]


@dataclass(frozen=True, slots=True)
class Scene:
    """The item: its title, its text when it has one, and where paragraphs begin."""

    reading: Reading
    fields: tuple[FieldScene, ...]
    paragraphs: tuple[int, ...]  # paragraph of each sentence by its number; the title is 0, the first paragraph 1

    def bounds(self, number: int) -> tuple[int, int]:
        """Start and end of a sentence in its field."""
        if number == 0:
            return 0, len(self.reading.item.title)
        return self.reading.sentences[number - 1]


def scene_of(reading: Reading, pack: Pack) -> Scene:
    """The scene of an item; a field that is empty is left out."""
    fields = []
    names: tuple[Field, ...] = ("title", "text")
    for name in names:
        text = reading.field(name)
        if text:
            fields.append(_field_scene(reading, name, text, pack))
    return Scene(reading, tuple(fields), _paragraphs(reading))


@lru_cache(maxsize=1 << 12)
def end_of(iso: str) -> date | None:
    """The last day that a date of `Found` may mean; None beyond the calendar."""
    last = iso.rpartition("/")[2]
    try:
        parts = [int(part) for part in last.split("-")]
        year, month, day = (*parts, 12, 28)[:3] if len(parts) == 1 else (*parts, 28)[:3]
        return date(year, month, day)
    except ValueError:
        return None


def is_old(iso: str, on: date | None) -> bool:
    """Whether the date lies clearly before the day of publication; False when that is not known."""
    end = end_of(iso)
    return on is not None and end is not None and (on - end).days > OLD_DAYS


def _field_scene(reading: Reading, name: Field, text: str, pack: Pack) -> FieldScene:
    cut = words_of(text)
    on = reading.item.on
    found, rows = find_in(cut, reading.lang, on, pack.counting)
    dates = [one for one in found if one.kind == "date"]
    senses = [word.sense for word in cut.words]
    for one in dates:  # "May" hedges nothing there
        first, after = bisect_left(cut.starts, one.start), bisect_left(cut.starts, one.end)
        senses[first:after] = [0] * (after - first)
    spans = ((0, len(text)),) if name == "title" else reading.sentences
    titles = next((at for at, one in enumerate(reading.placed) if one.sentence), len(reading.placed))
    here = reading.placed[:titles] if name == "title" else reading.placed[titles:]
    mentions = tuple(map(attrgetter("mention"), here))
    for mention in mentions:  # offices of the pack's own
        if mention.kind == "context" and pack.concepts[mention.concept].cue == "official":
            first, after = bisect_left(cut.starts, mention.span.start), bisect_left(cut.starts, mention.span.end)
            senses[first:after] = [told | sense.OFFICIAL for told in senses[first:after]]
    clauses = tuple(_clauses(cut, senses, spans, dates, on, 0 if name == "title" else 1))
    return FieldScene(
        field=name,
        text=text,
        words=cut.words,
        senses=senses,
        starts=cut.starts,
        ends=cut.ends,
        marked=cut.marked,
        found=found,
        rows=rows,
        row_starts=[row.start for row in rows],
        clauses=clauses,
        clause_starts=[clause.start for clause in clauses],
        mentions=mentions,
        mention_starts=[mention.span.start for mention in mentions],
    )


def _clauses(
    cut: Cut,
    senses: Sequence[int],
    spans: Sequence[tuple[int, int]],
    dates: Sequence[Found],
    on: date | None,
    first_number: int,
) -> list[Clause]:
    clauses: list[Clause] = []
    starts = cut.starts
    date_starts = [one.start for one in dates]
    openings = [at for at in cut.marked if cut.words[at].cue & MAY_OPEN]
    for number, (start, end) in enumerate(spans, first_number):
        low, high = bisect_left(starts, start), bisect_left(starts, end)
        within = openings[bisect_right(openings, low) : bisect_left(openings, high)]
        cuts = [low, *_cuts(cut.words, senses, within, low, high), high] if within else [low, high]
        for first, after in pairwise(cuts):
            if first >= after:
                continue
            opens = start if first == low else starts[first]
            closes = starts[after] if after < high else end
            here = dates[bisect_left(date_starts, opens) : bisect_left(date_starts, closes)] if dates else ()
            told = reduce(or_, senses[first:after])
            old = _is_old(told, here, on)
            clauses.append(_new(Clause, (first, after - 1, opens, closes, number, old, bool(here), told)))
    return clauses


def _cuts(words: Sequence[Word], senses: Sequence[int], openings: Sequence[int], low: int, high: int) -> list[int]:
    """Where clauses begin within a sentence: after a colon or dash, and at "which", "but", "хотя", "जबकि"."""
    cuts: list[int] = []
    last = low
    for at in openings:
        opens = words[at].gap != "," or senses[at] & sense.OPENS
        if opens and at - last >= _SHORTEST_CLAUSE and high - at >= _SHORTEST_CLAUSE - 1:
            cuts.append(at)
            last = at
    return cuts


def _is_old(told: int, dates: Sequence[Found], on: date | None) -> bool:
    """A clause is old by its dates, where it has any and none is fresh; else by words like "earlier"."""
    if dates and on is not None:
        return all(is_old(str(one.value), on) for one in dates)
    return bool(told & sense.OLD) and not told & sense.FUTURE


def _paragraphs(reading: Reading) -> tuple[int, ...]:
    """The paragraph of each sentence: a blank line or a line break begins the next."""
    numbers = [0]
    paragraph, last = 1, 0
    for number, (start, end) in enumerate(reading.sentences):
        if number and "\n" in reading.item.text[last:start]:
            paragraph += 1
        numbers.append(paragraph)
        last = end
    return tuple(numbers)
