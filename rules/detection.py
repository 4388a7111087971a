"""The verdict on one item: `detect(item, pack)`, with its reasons.

Folds the text, finds the mentions, scores them by the pack's rules, and for items that are relevant reads
stage, certainty, speaker and facts. Pure and linear in the text; no clock, no network, no state.
"""

from __future__ import annotations

from dataclasses import replace

from rules.facts import tell
from rules.languages import language, stems
from rules.lexicon import Hit
from rules.model import Detection, Field, Item, Lang, Mention, Span
from rules.pack import Pack
from rules.pack_several import joined
from rules.programmes import about
from rules.reading import Placed, Reading
from rules.scoring import judge, reasons
from rules.search import terms_of
from rules.settling import settled
from rules.text import Folded, fold, sentences

_LEAD_SENTENCES = 3  # of the text: by judgement; news says what it is about there
_LEAD_LENGTH = 700  # code points


def detect(item: Item, pack: Pack, *, explain: bool = True) -> Detection:
    """The detection of `item`: relevant or not, with score, programmes, stage, facts and reasons.

    `explain` False: an item that is not relevant comes back without reasons, mentions and terms; its score is 0
    when it was turned away at a glance, being far below the threshold and naming no programme (see gate.py). That
    takes a tenth of the time; verdicts are the same.
    """
    if pack.parts:  # several packs in one: each judges as it would alone
        found = [detect(item, part, explain=explain) for part in pack.parts]
        if not explain and any(one.relevant for one in found):  # filters ask for the names of every pack
            found = [one if one.relevant else detect(item, part) for one, part in zip(found, pack.parts, strict=True)]
        return joined(found)
    lang = item.lang or language(item.title, item.text)
    if not explain and not pack.gate.opens(item.title, item.text, lang):
        return Detection(item_id=item.id, lang=lang, relevant=False, score=0.0)
    reading = read(item, pack, lang)
    verdict = judge(pack.rules, pack.bias, reading.placed, lang)
    relevant = verdict.score >= pack.threshold
    proposed = (rule.programme for rule in pack.rules if rule.programme is not None and rule.id in verdict.held)
    programmes = about(reading, proposed if relevant else (), pack)
    score = round(verdict.score, 4)
    if not relevant and not explain:
        return Detection(item_id=item.id, lang=lang, relevant=False, score=score, programmes=programmes)
    detection = Detection(
        item_id=item.id,
        lang=lang,
        relevant=relevant,
        score=score,
        programmes=programmes,
        reasons=reasons(verdict, pack.rules, pack.name),
        mentions=tuple(one.mention for one in reading.placed),
        terms=terms_of((*stems(item.title), *stems(item.text)), (one.mention.concept for one in reading.placed), pack),
    )
    if not relevant:
        return detection
    told = tell(reading, detection.programmes, pack)
    return replace(
        detection,
        programmes=told.programmes,
        stage=told.stage,
        certainty=told.certainty,
        speaker=told.speaker,
        facts=told.facts,
    )


def read(item: Item, pack: Pack, lang: Lang) -> Reading:
    """The item's mentions in their places: title first, sentence by sentence."""
    title = fold(item.title)
    title_hits = _hits(title, ((0, len(item.title)),), frozenset(), pack)
    placed = [Placed(_mention(hit, "title", title, pack), 0, True) for hit in title_hits]
    spans = sentences(item.text)
    if item.text:
        text = fold(item.text)
        number, last = 0, len(spans) - 1
        for hit in _hits(text, spans, frozenset(hit.concept for hit in title_hits), pack):
            mention = _mention(hit, "text", text, pack)
            start = mention.span.start
            while number < last and spans[number + 1][0] <= start:
                number += 1
            placed.append(Placed(mention, number + 1, number < _LEAD_SENTENCES and start < _LEAD_LENGTH))
    return Reading(item=item, lang=lang, placed=tuple(placed), sentences=spans)


def _hits(folded: Folded, spans: tuple[tuple[int, int], ...], of_title: frozenset[str], pack: Pack) -> list[Hit]:
    """What counts in a field, in order."""
    hits = _closest(settled(pack.lexicon.hits(folded), folded, spans, of_title), pack)
    return _with_keywords(hits, folded, pack)


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
            hit.concept in pack.ancestors[other][1:] for other in by_span[hit.start, hit.end] if other != hit.concept
        )
    ]


def _with_keywords(hits: list[Hit], folded: Folded, pack: Pack) -> list[Hit]:
    """The hits with those of the operator's own keywords, which neither hide the pack's names nor are hidden."""
    if pack.keywords is None:
        return hits
    return sorted((*hits, *pack.keywords.hits(folded)), key=lambda hit: (hit.start, -hit.end))


def _mention(hit: Hit, field: Field, folded: Folded, pack: Pack) -> Mention:
    start, end = folded.span(hit.start, hit.end)
    span = Span(field=field, start=start, end=end, quote=folded.original[start:end])
    return Mention(concept=hit.concept, kind=pack.concepts[hit.concept].kind, span=span)
