"""Who says what: the source of each sentence, and of the item.

A frame is a word of saying ("said", "по словам", "के अनुसार") with the names and nouns around it. Nouns of
kinds ("ministry", "sources", "portal") are grammar and stand in clause_words; names are the pack's persons,
parties and contexts that carry a certainty. Certainty: official = ministry, parliament, service or company
speaking as such; confirmed = a person by name or office; reported = unnamed sources or another outlet; claimed
= a weak or interested one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.facts import clause_words as sense
from rules.facts.scene import Clause, FieldScene, Scene
from rules.model import Certainty
from rules.pack import Pack

_REACH = 10  # words to one side of the verb in which its speaker stands; by judgement
_LEAD = 6  # sentences of the text whose sources may speak for the whole item
_KINDS = sense.OFFICIAL | sense.FIRM | sense.OFFICE | sense.UNNAMED | sense.OUTLET | sense.WEAK | sense.STATEMENT
_VERBS = sense.SAYING | sense.BY_WORD_OF | sense.CLAIMING
_BREAKS = frozenset((";", "!", "–", ":"))
_CITING = frozenset(("citing", "quoting", "cites", "cited", "ссылаясь", "ссылкой", "according"))
_ABOUT_SOURCE = 5  # words of a headline before or after a colon that may name its source


@dataclass(frozen=True, slots=True)
class Source:
    """Who stands behind a sentence."""

    certainty: Certainty
    speaker: str | None  # id of a person or party of the pack, else the words as written
    firm: bool  # False: an outlet that passes on somebody's words


NOBODY = Source("reported", None, False)


@dataclass(frozen=True, slots=True)
class _Group:
    """What stands beside a word of saying."""

    kinds: int  # senses of its words, summed
    named: str | None  # certainty of a named context, e.g. of an outlet
    person: str | None
    party: str | None
    quote: str | None


def sources_of(scene: Scene, pack: Pack) -> dict[int, Source]:
    """The source of each sentence that names one, by its number; the title is 0."""
    found: dict[int, Source] = {}
    for field in scene.fields:
        if field.field == "title":
            source = _beside_colon(field, pack)
            if source is not None:
                found[0] = source
        for at in field.marked:
            if not field.senses[at] & _VERBS:
                continue
            clause = field.clauses[field.clause_at(field.starts[at])]
            source = _frame(field, clause, at, scene, pack)
            if source is None:
                continue
            known = found.get(clause.sentence)
            if known is None or _outranks(source, known):
                found[clause.sentence] = source
    return found


def source_of_item(scene: Scene, sources: dict[int, Source], pack: Pack) -> Source:
    """The first source of title and lead; an outlet yields to who speaks in it; NOBODY when there is none."""
    passed_on: Source | None = None
    for number in range(min(len(scene.paragraphs), _LEAD + 1)):
        source = sources.get(number)
        if source is None:
            continue
        if source.firm:
            told_by_name = sources.get(1) if number == 0 and source.certainty == "official" else None
            return told_by_name if told_by_name is not None and told_by_name.certainty == "confirmed" else source
        passed_on = passed_on or source
    if passed_on is not None:
        return passed_on
    return _actor(scene, pack) or NOBODY


def _outranks(source: Source, known: Source) -> bool:
    """Unnamed sources behind an outlet or an office tell more than it does."""
    return source.firm and not known.firm and known.certainty != "claimed"


def _frame(field: FieldScene, clause: Clause, at: int, scene: Scene, pack: Pack) -> Source | None:
    """The source that the word of saying at this index has beside it."""
    words, norm = field.words, field.words[at].norm
    low, high = _sentence_words(field, clause, scene)
    before = (max(low, at - _REACH), at)
    after = (at + 1, min(high, at + 1 + _REACH))
    script = norm[0]
    order: tuple[tuple[int, int], ...]
    if "\u0900" <= script <= "\u097f":
        order = (before,)
    elif norm in _CITING or (field.senses[at] & sense.BY_WORD_OF):
        order = (after,)
    elif "\u0400" <= script <= "\u04ff":
        follows = at + 1 < high and words[at + 1].gap == " " and words[at + 1].norm not in ("что", "о", "об", "на")
        order = (after, before) if follows else (before, after)
    else:
        inverted = words[at].gap in (",", "q") and at + 1 < high and words[at + 1].gap == " "
        order = (after, before) if inverted else (before,)
    for first, last in order:
        source = _judged(_group(field, first, last, nearest_last=last == at, pack=pack), field.senses[at])
        if source is not None:
            return source
    return None


def _sentence_words(field: FieldScene, clause: Clause, scene: Scene) -> tuple[int, int]:
    start, end = scene.bounds(clause.sentence)
    first = field.word_at(start)
    return first, field.word_at(max(end - 1, start)) + 1


def _group(field: FieldScene, first: int, last: int, *, nearest_last: bool, pack: Pack) -> _Group:
    """The words first..last, cut at the nearest break to the verb and at another verb of saying."""
    words = field.words
    order = range(last - 1, first - 1, -1) if nearest_last else range(first, last)
    kinds, quoted = 0, []
    low, high = (last, last) if nearest_last else (first, first)
    for at in order:
        told = field.senses[at]
        gap = words[at + 1].gap if nearest_last and at + 1 < len(words) else words[at].gap
        settled = kinds & (sense.UNNAMED | sense.OFFICE | sense.WEAK | sense.OUTLET | sense.STATEMENT)
        inside = at + 1 < last if nearest_last else at > first
        if inside and ((gap in _BREAKS and kinds) or (gap == "," and settled)):
            break
        if told & sense.SAYING and not told & _KINDS and kinds:
            break
        if nearest_last:
            low = at
        else:
            high = at + 1
        if told & _KINDS:
            kinds |= told & _KINDS
            quoted.append(at)
    if low >= high:
        return _Group(0, None, None, None, None)
    person = party = named = None
    here = field.mentions_in(field.starts[low], field.ends[high - 1])
    for mention in here if not nearest_last else reversed(here):
        concept = pack.concepts[mention.concept]
        if concept.kind == "person" and person is None:
            person = concept.id
        elif concept.kind == "party" and concept.parents and party is None:
            party = concept.id
        elif concept.cue == "outlet" and concept.certainty is not None and named is None:
            named = concept.certainty
            quoted.append(field.word_at(mention.span.start))
    return _Group(kinds, named, person, party, _phrase(field, quoted[0]) if quoted else None)


def _judged(group: _Group, verb: int) -> Source | None:
    kinds = group.kinds
    if kinds & sense.UNNAMED and not group.person and not (kinds & (sense.STATEMENT | sense.OFFICE)):
        return Source("reported", group.quote, True)
    if group.named == "claimed" or (kinds & sense.WEAK and not group.person):
        return Source("claimed", group.quote, True)
    if group.person or kinds & sense.OFFICE:
        service = kinds & sense.OFFICIAL and not group.person and "spokes" in (group.quote or "").lower()
        speaker = group.person or group.quote or group.party
        return Source("official" if service else "confirmed", speaker, True)
    if group.named == "reported" or kinds & sense.OUTLET:
        return Source(
            "claimed" if verb & sense.CLAIMING and not verb & sense.SAYING else "reported", group.quote, False
        )
    if kinds & (sense.OFFICIAL | sense.FIRM | sense.STATEMENT) or group.party:
        return Source("official", group.party or group.quote, True)
    return None


def _phrase(field: FieldScene, at: int) -> str:
    """The words around a noun of kind that belong to it: "two official sources", "UAC head Vadim Badekha"."""
    words = field.words
    first = last = at
    while first > 0 and at - first < 4 and words[first].gap == " " and _belongs(field, first - 1):
        first -= 1
    while last + 1 < len(words) and last - at < 4 and words[last + 1].gap == " " and _belongs(field, last + 1):
        last += 1
    return field.text[field.starts[first] : field.ends[last]]


def _belongs(field: FieldScene, at: int) -> bool:
    return bool(field.senses[at] & _KINDS) or field.words[at].capital


def _beside_colon(field: FieldScene, pack: Pack) -> Source | None:
    """The source that a headline names before or after its colon: "Jane's: …", "…: Report"."""
    words = field.words
    for at in range(1, len(words)):
        if words[at].gap != ":":
            continue
        for first, last in ((0, at), (at, len(words))):
            if last - first <= _ABOUT_SOURCE:
                source = _judged(_group(field, first, last, nearest_last=False, pack=pack), sense.SAYING)
                if source is not None:
                    return source
        return None
    return None


def _actor(scene: Scene, pack: Pack) -> Source | None:
    """A ministry, parliament or service that acts in the first sentence speaks for itself: "the navy got"."""
    for field in scene.fields:
        for clause in _first_clauses(field):
            for at in range(clause.first, clause.last + 1):
                told = field.senses[at]
                if told & sense.OFFICIAL and not told & sense.WEAK:
                    start, end = field.starts[at], field.ends[at]
                    party = next(
                        (
                            one.concept
                            for one in field.mentions
                            if one.kind == "party" and one.span.start <= start and end <= one.span.end
                        ),
                        None,
                    )
                    return Source("official", party or _phrase(field, at), True)
                if told & (sense.HEDGE | sense.UNNAMED | sense.OUTLET):
                    return None
    return None


def _first_clauses(field: FieldScene) -> Iterator[Clause]:
    """The clauses of the title, or of the first sentence of the text."""
    for clause in field.clauses:
        if clause.sentence > 1:
            return
        yield clause
