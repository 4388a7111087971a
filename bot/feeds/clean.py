"""Turns a feed's markup into plain text that may be matched, stored and shown.

In: a title or summary as the feed has it (escaped once or more, with tags, invisible characters, any Unicode
form). Out: one line of NFC text without markup, entities, control, bidi and zero-width characters. Angle
brackets that are no HTML (`<!channel>`, `a < b`) stay as text; laying out and escaping for a platform is its
format's work.
"""

from __future__ import annotations

import html
import re
import unicodedata

# Elements that stand between words; every other known element stands inside them ("S-<b>400</b>").
_BLOCKS = (
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|dir|div|dl|dt|embed|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|"
    "img|input|legend|li|link|main|menu|meta|nav|object|ol|optgroup|option|p|param|picture|pre|section|"
    "select|source|summary|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|track|ul|video|audio|"
    "canvas|svg|noscript|script|style"
)
_INLINES = (
    "a|abbr|acronym|applet|b|bdi|bdo|big|blink|button|cite|code|data|del|dfn|em|font|i|ins|kbd|label|map|"
    "mark|math|marquee|nobr|o|output|q|rp|rt|ruby|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|"
    "wbr|tg-spoiler|tg-emoji"
)
_BETWEEN_WORDS = frozenset(_BLOCKS.split("|"))
_HIDING = frozenset({"script", "style", "comment"})  # what stands inside is not text
_TAG = re.compile(
    r"(?P<comment><!--)|(?P<end>-->)|<!\[CDATA\[|\]\]>|<!doctype\b[^<>]*>"
    rf"|</?(?P<name>{_BLOCKS}|{_INLINES})(?=[\s/>])"
    r"""(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*|[^<>]*)>""",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile("[<>&]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
# Joiners shape words in Indic and Arabic script and tie emoji together; anywhere else they only hide a word.
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u07ff\u0900-\u0dff\u1000-\u109f\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
_MARK_PILE = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_ROUNDS = 3  # feeds escape once by rule, twice often; the third round is for `&amp;amp;amp;`
_MARKUP_PER_CHARACTER = 40  # judgement: a summary with more markup than this around its text is cut early


def plain_text(markup: str, limit: int) -> str:
    """The text of `markup` on one line, at most `limit` characters; "" when nothing visible is left."""
    text = markup[: limit * _MARKUP_PER_CHARACTER]
    if text.isascii() and text.isprintable() and not _MARKUP.search(text):
        return _cut(" ".join(text.split()), limit)  # most titles in English; what follows would change nothing
    for _ in range(_ROUNDS):
        before = text
        text = _without_tags(text)
        if "&" in text:
            text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
        if text == before:
            break
    text = _without_tags(text)
    if text.isascii() and text.isprintable():
        return _cut(" ".join(text.split()), limit)
    text = _STRAY_JOINER.sub("", _INVISIBLE.sub("", text))
    text = _MARK_PILE.sub(r"\1", text)[: limit * 4]  # before NFC, whose ordering of marks takes quadratic time
    return _cut(" ".join(unicodedata.normalize("NFC", text).split()), limit)


def raw_text(value: object, limit: int) -> str | None:
    """An identifier as the feed has it, without spaces at its ends; None when absent, empty or longer than
    `limit`.
    """
    if not isinstance(value, str):
        return None
    kept = value.encode("utf-8", "ignore").decode().replace("\x00", "").strip()
    return kept if 0 < len(kept) <= limit else None


def _without_tags(text: str) -> str:
    """One pass over the tags: a pattern that spanned from `<script>` to its end would take quadratic time."""
    if "<" not in text and ">" not in text:
        return text
    kept: list[str] = []
    at = 0
    hidden_by = ""  # the element, or "comment", that hides the text here; "" when none does
    for tag in _TAG.finditer(text):
        name = "comment" if tag["comment"] or tag["end"] else (tag["name"] or "").lower()
        closes = tag["end"] is not None or tag.group().startswith("</")
        if hidden_by:
            if closes and name == hidden_by:
                hidden_by, at = "", tag.end()
            continue
        if tag["end"]:
            continue  # an arrow in a sentence
        kept.append(text[at : tag.start()])
        at = tag.end()
        if name in _BETWEEN_WORDS:
            kept.append(" ")
        if name in _HIDING and not closes:
            hidden_by = name
    if not hidden_by:
        kept.append(text[at:])
    return "".join(kept)


def _cut(text: str, limit: int) -> str:
    """The first `limit` characters, not ending inside a letter with its marks."""
    if len(text) <= limit:
        return text
    end = limit
    while end > limit - 16 and (unicodedata.category(text[end])[0] == "M" or "\u200d" in text[end - 1 : end + 1]):
        end -= 1
    return text[:end].rstrip()
