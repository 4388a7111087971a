"""Which step an item tells.

Every word of the pack that tells a step weighs by its place (headline, lead, rest), by how telling the step is
(`weight` in pack.toml), by whether it is said or only named ("delivery" as a theme), and by whether its clause
tells of old times or of other countries. What is hedged or not yet done counts as the step before it
(`hedged`), what is negated as what is left of it (`negated`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rules.facts import clause_words as sense
from rules.facts.scene import Clause, FieldScene, Scene
from rules.model import Field, Span
from rules.pack import Pack, Stage

# By place, chosen on the labelled digests and articles: the headline tells the news, the lead explains it.
_PLACES = (10.0, 6.0, 3.5, 2.0, 0.7, 0.7, 0.7)
_LATE = 0.25  # beyond this many sentences a step is background, whatever it says
_LATE_FROM = len(_PLACES)
_HINT = 1e-8  # a word that tells a step only where nothing else does ("purchase"): it breaks no tie either
_THEME = 0.35  # a noun that names what is talked about
_OLD = 0.12
_BESIDE = 0.4  # the circumstance of the news: "despite delays", "after the summit"
_ELSEWHERE = 0.25  # another country, or a programme that is not the news
_REPEATED = 0.35  # what a second and later mention of the same step adds
_TURNED = 3  # words before a Hindi step in which they count too
_BEFORE, _AFTER = 6, 5  # words around a step in which hedges and negations count
_new = tuple.__new__  # makes a named tuple in less than half the time of its own constructor
_TURNING = sense.NEGATION | sense.HEDGE | sense.FUTURE | sense.INFINITIVE
_NAMED = ("theme", "hint")  # cues of words that name a step without telling it
_PRICED = frozenset(("for", "worth", "за", "на", "стоимостью", "сумму"))  # within so many words before the sum:
_TO_PRICE = 3
_OF_SUM = ("में", "का", "की", "के")  # after a sum: "दो हजार करोड़ का सौदा"
_OF_HINDI = frozenset(("के", "की", "से"))  # before the Hindi words for "after", "despite", "before"
_BEGUN = frozenset(("began", "begun", "begins", "starts", "started", "start", "agreed", "managed", "helped"))


@dataclass(frozen=True, slots=True)
class Step:
    """The step that an item tells, with the words that prove it."""

    stage: str
    field: Field
    start: int
    end: int
    weight: float


class _Telling(NamedTuple):
    """Words that tell a step, and where they stand."""

    span: Span
    stage: Stage
    theme: bool  # only named
    hint: bool  # tells the step only where nothing else tells one
    clause: Clause
    first: int  # index of their first word
    last: int


class _Vote(NamedTuple):
    stage: str
    weight: float
    field: Field
    start: int
    end: int


def steps_of(scene: Scene, main: frozenset[str], pack: Pack) -> tuple[Step, ...]:
    """The steps told, the item's own first; empty when there is none. `main`: the programmes of the news."""
    votes: dict[str, list[_Vote]] = {}
    for field in scene.fields:
        for vote in _votes(field, main, pack):
            votes.setdefault(vote.stage, []).append(vote)
    rank = {stage: place for place, stage in enumerate(pack.stages)}
    steps = []
    for stage, cast in votes.items():
        best = max(cast, key=lambda vote: vote.weight)
        rest = sum(vote.weight for vote in cast) - best.weight
        total = best.weight + min(_REPEATED * rest, best.weight)
        steps.append(Step(stage, best.field, best.start, best.end, total))
    return tuple(sorted(steps, key=lambda step: (-round(step.weight, 6), rank[step.stage])))


def _votes(field: FieldScene, main: frozenset[str], pack: Pack) -> Iterator[_Vote]:
    telling = _people_move(field, list(_telling(field, pack))) if field.clauses else []
    # By sentence and step, the step that it is told as: to sign a memorandum is no contract.
    takers: dict[tuple[int, str], str] = {}
    for one in telling:
        for taken in one.stage.takes:
            takers.setdefault((one.clause.sentence, taken), one.stage.id)
    elsewhere: dict[int, bool] = {}  # by the clause's first word
    for one in telling:
        (_, first, after, _), _, _, _, clause, _, _ = one
        told, start, end = _turned(field, one)
        if told is None:
            continue
        priced = pack.stages[told].priced
        if priced is not None and not clause.sentence and _has_price(field):
            told = priced
        if takers:
            told = takers.get((clause.sentence, told), told)
        weight = (_PLACES[clause.sentence] if clause.sentence < _LATE_FROM else _LATE) * pack.stages[told].weight
        if one.theme:
            weight *= _HINT if one.hint else _THEME
        if clause.told & sense.BESIDE and _beside(field, clause, one.first, one.last):
            weight *= _BESIDE
        if clause.sentence:
            if clause.old:
                weight *= _OLD
            if clause.first not in elsewhere:
                elsewhere[clause.first] = _elsewhere(field, clause, main, pack)
            weight *= _ELSEWHERE if elsewhere[clause.first] else 1.0
        yield _new(_Vote, (told, weight, field.field, start if start < first else first, end if end > after else after))


def _telling(field: FieldScene, pack: Pack) -> Iterator[_Telling]:
    words, clauses = field.starts, field.clauses
    for name, _, span in field.mentions:
        concept = pack.concepts[name]
        if concept.stage is not None:
            _, start, end, _ = span
            first = bisect_right(words, start, 1) - 1
            clause = clauses[bisect_right(field.clause_starts, start, 1) - 1]
            last = bisect_right(words, end - 1, first + 1) - 1
            yield _new(
                _Telling,
                (span, pack.stages[concept.stage], concept.cue in _NAMED, concept.cue == "hint", clause, first, last),
            )


def _people_move(field: FieldScene, telling: list[_Telling]) -> list[_Telling]:
    """Of words that tell two steps the right one: people who arrive are on a visit, arms that arrive are delivered."""
    spans: dict[Span, int] = {}
    for one in telling:
        spans[one.span] = spans.get(one.span, 0) + 1
    if len(spans) == len(telling):
        return telling
    kept = []
    for one in telling:
        if spans[one.span] > 1:
            here = field.mentions_in(one.clause.start, one.clause.end)
            people = one.clause.told & sense.OFFICE or any(mention.kind == "person" for mention in here)
            visit = bool(people) and not any(mention.kind == "programme" for mention in here)
            if one.theme is not visit and any(other.theme is visit for other in telling if other.span == one.span):
                continue
        kept.append(one)
    return kept


def _beside(field: FieldScene, clause: Clause, first: int, last: int) -> bool:
    """Whether the words first..last only tell a circumstance: "despite delays", "के दौरे से पहले"."""
    words, senses = field.words, field.senses
    if words[first].norm[:1] >= "\u0900":  # the word stands behind what it takes
        for at in range(last + 1, min(clause.last, last + _AFTER) + 1):
            if words[at].gap in (",", ";", "!", ".", ":", "–"):
                return False
            if senses[at] & sense.BESIDE and words[at - 1].norm in _OF_HINDI:
                return True
        return False
    for at in range(first - 1, clause.first - 1, -1):
        if words[at + 1].gap in (",", ";", "!", ".", ":", "–"):
            return False
        if senses[at] & sense.BESIDE:
            return True
    return False


def _has_price(field: FieldScene) -> bool:
    """Whether the title tells for how much: "for $248 million", "за 5 млрд рублей", "तीन अरब डॉलर में"."""
    for one in field.found:
        if one.kind == "money":
            first, after = bisect_left(field.starts, one.start), bisect_left(field.starts, one.end)
            before = [word.norm for word in field.words[max(first - _TO_PRICE, 0) : first]]
            if not _PRICED.isdisjoint(before) or (after < len(field.words) and field.words[after].norm in _OF_SUM):
                return True
    return False


def _elsewhere(field: FieldScene, clause: Clause, main: frozenset[str], pack: Pack) -> bool:
    """True where the clause names other programmes or other countries' arms, and none of the news."""
    other = False
    for mention in field.mentions_in(clause.start, clause.end):
        if mention.kind == "programme":
            if mention.concept in main or not main.isdisjoint(pack.ancestors[mention.concept]):
                return False
            other = True
        elif pack.concepts[mention.concept].cue == "foreign":
            other = True
    return other


def _turned(field: FieldScene, one: _Telling) -> tuple[str | None, int, int]:
    """What the step becomes by the words around it, with the span that proves it; None: nothing is told."""
    starts, ends, stage, clause = field.starts, field.ends, one.stage, one.clause
    first, last = one.first, one.last
    own = (starts[first], ends[last])
    if stage.negated is None and stage.hedged is None:
        return stage.id, *own
    if not clause.told & _TURNING and field.words[first].norm < "\u0900":
        return stage.id, *own  # a clause without such words turns nothing; Hindi futures are read by their endings
    denied = _negation(field, clause, first, last)
    if denied is not None:
        return stage.negated, min(own[0], starts[denied]), max(own[1], ends[denied])
    if stage.hedged is not None:
        hedge = _hedge(field, clause, first, last, theme=one.theme)
        if hedge is not None:
            return stage.hedged, min(own[0], starts[hedge]), max(own[1], ends[hedge])
    return stage.id, *own


def _negation(field: FieldScene, clause: Clause, first: int, last: int) -> int | None:
    """The index of the word that negates the words first..last."""
    words, senses = field.words, field.senses
    hindi = words[first].norm[:1] >= "\u0900"
    reach = 2 if "\u0400" <= words[first].norm[:1] <= "\u04ff" else 4
    for at in range(first - 1, max(clause.first, first - reach) - 1, -1):
        if words[at + 1].gap in (",", ";", "!", ".", ":", "–"):
            break
        if senses[at] & sense.NEGATION:
            if words[at + 1].norm in ("only", "только", "just"):
                return None
            return at
    if hindi:
        for at in range(last + 1, min(clause.last, last + 4) + 1):
            if words[at].gap in (",", ";", "!", "."):
                break
            if senses[at] & sense.NEGATION:
                return at
    return None


def _hedge(field: FieldScene, clause: Clause, first: int, last: int, *, theme: bool) -> int | None:
    """The index of the word that makes the words first..last a plan, a wish or a guess."""
    words, senses = field.words, field.senses
    hindi = words[first].norm[:1] >= "\u0900"
    unsure = sense.HEDGE | sense.FUTURE
    if not hindi:
        for at in range(first - 1, max(clause.first, first - _BEFORE) - 1, -1):
            if words[at + 1].gap in (";", "!", ".", ":"):
                break
            close = at == first - 1 or (at == first - 2 and words[first - 1].norm == "be")
            if senses[at] & sense.INFINITIVE and close and not theme:
                begun = at > clause.first and words[at - 1].norm in _BEGUN
                return None if begun else at
            if senses[at] & unsure:
                return at
    if hindi:  # headlines turn the order round: "हो सकते हैं दस्तखत", may be the signing
        for at in range(first - 1, max(clause.first, first - _TURNED) - 1, -1):
            if words[at + 1].gap in (";", "!", ".", ":", ","):
                break
            if senses[at] & unsure or _is_future(words[at].norm):
                return at
    if hindi or theme:
        for at in range(last + 1, min(clause.last, last + _AFTER) + 1):
            if words[at].gap in (";", "!", ".", ":", ","):
                break
            if senses[at] & unsure or (hindi and _is_future(words[at].norm)):
                return at
    return None


def _is_future(norm: str) -> bool:
    """Hindi verbs of the future end in -गा, -गी, -गे: होगी, सौंपेगा."""
    return len(norm) > 3 and norm.endswith(("ेगा", "ेगी", "ेंगे", "ेंगी", "एगा", "एगी", "एंगे"))
