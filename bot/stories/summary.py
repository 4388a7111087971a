"""A summary made of the report's own sentences: those that carry facts and names, in their own order."""

from __future__ import annotations

from rules import Detection, sentences

MAX_WORDS = 60  # the product's promise; the field's usual length of a short summary


def summarise(title: str, text: str, detection: Detection, max_words: int = MAX_WORDS) -> str:
    """At most `max_words` words of `text`; "" when the text is empty or only repeats the title.

    Sentences are taken by the facts and names they hold, the first ones before later ones; one that is
    longer than what is left is passed over, and cut only when nothing shorter was found.
    """
    spans = [(start, end) for start, end in sentences(text) if _differs(text[start:end], title)]
    if not spans:
        return ""
    ranked = sorted(range(len(spans)), key=lambda n: (-_worth(spans[n], n, detection), n))
    chosen: list[int] = []
    left = max_words
    for n in ranked:
        words = len(text[slice(*spans[n])].split())
        if words <= left:
            chosen.append(n)
            left -= words
    if not chosen:
        start, end = spans[ranked[0]]
        return " ".join(text[start:end].split()[: max_words - 1]) + " …"
    return " ".join(" ".join(text[slice(*spans[n])].split()) for n in sorted(chosen))


def _worth(span: tuple[int, int], position: int, detection: Detection) -> float:
    start, end = span
    facts = sum(1 for fact in detection.facts if fact.field == "text" and start <= fact.start < end)
    names = {
        mention.concept
        for mention in detection.mentions
        if mention.span.field == "text" and start <= mention.span.start < end and mention.kind == "programme"
    }
    return 2.0 * facts + 1.5 * len(names) + 3.0 / (1 + position)


def _differs(sentence: str, title: str) -> bool:
    fold = str.casefold
    return bool(sentence.strip()) and fold(sentence).strip(" .…") not in fold(title)
