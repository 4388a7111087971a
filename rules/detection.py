"""The verdict on one item: `detect(item, pack)`, always with its reasons.

Folds the text, finds the mentions, scores them by the pack's rules, and for items that look relevant reads
stage, certainty, speaker and facts. Pure and linear in the text; no clock, no network, no state.
"""

from __future__ import annotations

from dataclasses import replace

from rules.facts import extract, told_by
from rules.languages import language, stems
from rules.lexicon import Hit, settled
from rules.model import Detection, Field, Item, Mention, Span
from rules.pack import Pack
from rules.reading import Placed, Reading
from rules.scoring import score
from rules.search import terms_of
from rules.text import Folded, fold, sentence_at, sentences

_LEAD_SENTENCES = 3  # of the text: by judgement; news says what it is about there
_LEAD_LENGTH = 700  # code points


def detect(item: Item, pack: Pack) -> Detection:
    """The detection of `item`: relevant or not, with score, programmes, stage, facts and reasons."""
    reading = read(item, pack)
    value, reasons = score(pack.rules, pack.bias, reading.placed, reading.lang, pack.name)
    detection = Detection(
        item_id=item.id,
        lang=reading.lang,
        relevant=value >= pack.threshold,
        score=round(value, 4),
        programmes=_programmes(reading, pack),
        reasons=reasons,
        mentions=tuple(one.mention for one in reading.placed),
        terms=terms_of(
            (*stems(item.title), *stems(item.text)), (one.mention.concept for one in reading.placed), pack
        ),
    )
    if not detection.relevant:
        return detection
    told = told_by(reading, pack)
    return replace(
        detection,
        stage=told.stage,
        certainty=told.certainty,
        speaker=told.speaker,
        facts=extract(reading, detection.programmes, told, pack),
    )


def read(item: Item, pack: Pack) -> Reading:
    """The item's mentions in their places: title first, sentence by sentence."""
    lang = item.lang or language(f"{item.title}\n{item.text}")
    title = fold(item.title)
    title_hits = _closest(settled(pack.lexicon.hits(title), title, ((0, len(item.title)),), frozenset()), pack)
    placed = [Placed(_mention(hit, "title", title, pack), 0, True) for hit in title_hits]
    spans = sentences(item.text)
    if item.text:
        text = fold(item.text)
        of_title = frozenset(hit.concept for hit in title_hits)
        for hit in _closest(settled(pack.lexicon.hits(text), text, spans, of_title), pack):
            mention = _mention(hit, "text", text, pack)
            number = sentence_at(spans, mention.span.start)
            lead = number < _LEAD_SENTENCES and mention.span.start < _LEAD_LENGTH
            placed.append(Placed(mention, number + 1, lead))
    return Reading(item=item, lang=lang, placed=tuple(placed), sentences=spans)


def _closest(hits: list[Hit], pack: Pack) -> list[Hit]:
    """Of concepts named by the same words the children: "S-400" beside "additional" is the follow-on order."""
    by_span: dict[tuple[int, int], list[str]] = {}
    for hit in hits:
        by_span.setdefault((hit.start, hit.end), []).append(hit.concept)
    if len(by_span) == len(hits):
        return hits
    return [
        hit
        for hit in hits
        if not any(
            hit.concept in pack.ancestors[other][1:]
            for other in by_span[hit.start, hit.end]
            if other != hit.concept
        )
    ]


def _mention(hit: Hit, field: Field, folded: Folded, pack: Pack) -> Mention:
    start, end = folded.span(hit.start, hit.end)
    span = Span(field=field, start=start, end=end, quote=folded.original[start:end])
    return Mention(concept=hit.concept, kind=pack.concepts[hit.concept].kind, span=span)


def _programmes(reading: Reading, pack: Pack) -> tuple[str, ...]:
    """The programmes named, the main one first: title before lead before rest, then how often, then order."""
    weights: dict[str, int] = {}
    for one in reading.placed:
        if one.mention.kind == "programme":
            weight = 100 if one.sentence == 0 else 10 if one.lead else 1
            weights[one.mention.concept] = weights.get(one.mention.concept, 0) + weight
    return tuple(sorted(weights, key=lambda concept: -min(weights[concept], 100)))
