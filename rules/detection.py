"""The verdict on one item: `detect(item, pack)`, with its reasons.

Folds the text, finds the mentions, scores them by the pack's rules, and for items that are relevant reads
stage, certainty, speaker and facts. Pure and linear in the text; no clock, no network, no state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from rules.facts import Told, tell
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
_NOTHING_TOLD = Told(programmes=(), stage=None, certainty="reported", speaker=None, facts=())
_new = tuple.__new__  # makes a named tuple in less than half the time of its own constructor


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
    told = tell(reading, programmes, pack) if relevant else _NOTHING_TOLD
    return Detection(
        item_id=item.id,
        lang=lang,
        relevant=relevant,
        score=score,
        programmes=told.programmes if relevant else programmes,
        stage=told.stage,
        certainty=told.certainty,
        speaker=told.speaker,
        facts=told.facts,
        reasons=reasons(verdict, pack.rules, pack.name),
        mentions=tuple([one.mention for one in reading.placed]),
        terms=terms_of((*stems(item.title), *stems(item.text)), (one.mention.concept for one in reading.placed), pack),
    )


def read(item: Item, pack: Pack, lang: Lang) -> Reading:
    """The item's mentions in their places: title first, sentence by sentence."""
    title = fold(item.title)
    title_hits = _hits(title, ((0, len(item.title)),), frozenset(), pack)
    placed = [Placed(one, 0, True) for one in _mentions(title_hits, "title", title, pack)]
    spans = sentences(item.text)
    if item.text:
        text = fold(item.text)
        hits = _hits(text, spans, frozenset(hit.concept for hit in title_hits), pack)
        number, last = 0, len(spans) - 1
        following = spans[1][0] if last > 0 else len(item.text)
        for mention in _mentions(hits, "text", text, pack):
            start = mention.span.start
            while following <= start and number < last:
                number += 1
                following = spans[number + 1][0] if number < last else len(item.text)
            lead = number < _LEAD_SENTENCES and start < _LEAD_LENGTH
            placed.append(_new(Placed, (mention, number + 1, lead)))
    return Reading(item=item, lang=lang, placed=tuple(placed), sentences=spans)


def _hits(folded: Folded, spans: tuple[tuple[int, int], ...], of_title: frozenset[str], pack: Pack) -> list[Hit]:
    """What counts in a field, in order."""
    hits = _closest(settled(pack.lexicon.hits(folded), folded, spans, of_title), pack)
    return _with_keywords(hits, folded, pack)


def _closest(hits: list[Hit], pack: Pack) -> list[Hit]:
    """Of concepts named by the same words the children: "S-400" beside "additional" is the follow-on order."""
    by_span: dict[tuple[int, int], list[str]] = {}
    for one, following in pairwise(hits):  # those of one span stand together
        if one.start == following.start and one.end == following.end:
            by_span.setdefault((one.start, one.end), [one.concept]).append(following.concept)
    if not by_span:
        return hits
    wider = {span: {above for one in here for above in pack.ancestors[one][1:]} for span, here in by_span.items()}
    return [hit for hit in hits if (hit.start, hit.end) not in wider or hit.concept not in wider[hit.start, hit.end]]


def _with_keywords(hits: list[Hit], folded: Folded, pack: Pack) -> list[Hit]:
    """The hits with those of the operator's own keywords, which neither hide the pack's names nor are hidden."""
    if pack.keywords is None:
        return hits
    return sorted((*hits, *pack.keywords.hits(folded)), key=lambda hit: (hit.start, -hit.end))


def _mentions(hits: Iterable[Hit], field: Field, folded: Folded, pack: Pack) -> Iterator[Mention]:
    text, concepts, even = folded.original, pack.concepts, folded.even
    for concept, start, end, _, _ in hits:
        if not even:
            start, end = folded.span(start, end)
        yield _new(Mention, (concept, concepts[concept].kind, _new(Span, (field, start, end, text[start:end]))))
