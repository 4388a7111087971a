"""A feed as news sites write them, made up: what benchmarks serve and parse."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
    b'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News</title><link>https://news.example/</link>'
    b"<description>All the news</description><language>en</language><ttl>5</ttl>"
    b'<atom:link href="https://news.example/feed" rel="self" type="application/rss+xml"/>\n'
)
TAIL = b"</channel></rss>\n"

_SUBJECTS = (
    "The council",
    "A court",
    "The minister",
    "Farmers",
    "The airline",
    "Engineers",
    "The team",
    "Doctors",
)
_DEEDS = ("approve", "delay", "discuss", "open", "question", "welcome", "review", "finish")
_THINGS = (
    "a new bridge",
    "the budget",
    "a school",
    "the harvest plan",
    "a rail link",
    "the water supply",
    "a market",
)
_SENTENCE = "The work was reviewed on Monday, and the remaining parts are due next year, officials said. "
_PARAGRAPH = (
    '<p>Paragraph %d of the story, <a href="https://news.example/more/%d">with a link</a>, some <em>words</em> '
    "that stand out, and the usual length of a paragraph on the page of a news site.</p>"
)


def entry(key: str, number: int, *, whole_text: bool = False) -> bytes:
    """One entry, about 750 bytes; with the article's markup about 2.7 kB. Not about the bot's topic."""
    subject, deed, thing = (
        words[number * step % len(words)] for words, step in ((_SUBJECTS, 3), (_DEEDS, 5), (_THINGS, 1))
    )
    article = "".join(_PARAGRAPH % (part, part) for part in range(10)) if whole_text else ""
    content = f"<content:encoded><![CDATA[<div>{article}</div>]]></content:encoded>" if article else ""
    return (
        f"<item>\n  <title>{subject} {deed} {thing} in district {number}</title>\n"
        f"  <link>https://news.example/story/{key}.html</link>\n"
        f'  <guid isPermaLink="false">https://news.example/?p={key}</guid>\n'
        f"  <pubDate>Mon, 23 Nov 2026 {number % 24:02}:{number % 60:02}:00 +0530</pubDate>\n"
        "  <dc:creator><![CDATA[Correspondent]]></dc:creator>\n"
        "  <category><![CDATA[Home]]></category><category><![CDATA[Region]]></category>\n"
        f"  <description>&lt;p&gt;{subject} {deed} &lt;b&gt;{thing}&lt;/b&gt; &amp;amp; more. {_SENTENCE * 2}"
        f"&lt;/p&gt;</description>{content}\n</item>\n"
    ).encode()


def feed(numbers: Iterable[int], *, whole_text: bool = False) -> bytes:
    """The feed with these entries, in this order."""
    return HEAD + b"".join(entry(str(number), number, whole_text=whole_text) for number in numbers) + TAIL
