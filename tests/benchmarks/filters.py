"""Filters at scale: 100,000 of them against one alert, one of them against 100,000 alerts, and hostile ones.

Reports are the pack's labelled examples with made-up words around them, so that an alert has about as many
distinct words as a short news item. Filters are drawn from what people follow (a few programmes far more often
than the rest) and, for the hard ones, from what an index helps little with.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from random import Random
from statistics import median

from bot.archive import newest, pages
from bot.matching import Matcher
from bot.model import Alert, Card, Entry, Facets, Feed, Source, StoredItem, Story, new_ids
from bot.storage import Store
from rules import (
    Filter,
    Item,
    Pack,
    Percolator,
    Subject,
    detect,
    field_terms,
    load_pack,
    parse_filter,
    running_words,
    search_terms,
)

FILTERS = 100_000
ALERTS = 100_000
AT = datetime(2025, 11, 20, tzinfo=UTC)
_SYLLABLES = (
    "ka",
    "ro",
    "mi",
    "ten",
    "sal",
    "ur",
    "dov",
    "pan",
    "che",
    "lis",
    "gor",
    "ath",
    "vin",
    "bel",
    "ost",
    "zer",
)


async def measure() -> Sequence[str]:
    pack = load_pack()
    random = Random(7)
    words = _vocabulary(random)
    reports = _reports(pack, random, words)
    matcher = Matcher(pack)
    subjects = [matcher.subject(report) for report in reports]
    rows = [f"{len(subjects)} alerts, {median(len(subject.terms) for subject in subjects):.0f} terms each (median)"]
    for name, texts in (
        ("realistic", [_realistic(random, pack, words) for _ in range(FILTERS)]),
        (
            "all different",
            [f"({_realistic(random, pack, words)}) -other{n}" for n in range(FILTERS)],
        ),
        ("hard", [_hard(random, pack, words) for _ in range(FILTERS)]),
    ):
        rows += _percolated(name, texts, pack, subjects)
    rows += _growth(pack)
    rows += await _searched(pack, random, words, reports)
    return rows


# --- many filters, one alert --------------------------------------------------------------------------


def _percolated(name: str, texts: Sequence[str], pack: Pack, subjects: Sequence[Subject]) -> list[str]:
    known: dict[str, Filter] = {}
    filters = [known.setdefault(text, parse_filter(text, pack)) for text in texts]
    frequency: dict[str, int] = {}
    for subject in subjects:
        for term in subject.terms:
            frequency[term] = frequency.get(term, 0) + 1
    percolator: Percolator[int] = Percolator(frequency)
    started = time.process_time()
    for number, wanted in enumerate(filters):
        percolator.add(number, wanted)
    adding = time.process_time() - started
    naive, indexed, found = [], [], []
    for subject in subjects[:10]:
        expected = [number for number, wanted in enumerate(filters) if wanted.matches(subject)]
        assert sorted(percolator.match(subject)) == expected
        naive.append(_seconds(lambda s=subject: [n for n, wanted in enumerate(filters) if wanted.matches(s)]))  # type: ignore[misc]
    for subject in subjects:
        indexed.append(min(_seconds(lambda s=subject: percolator.match(s)) for _ in range(3)))  # type: ignore[misc]
        found.append(len(percolator.match(subject)))
    started = time.process_time()
    for number in range(len(filters)):
        percolator.remove(number)
    removing = time.process_time() - started
    loop, index = median(naive), median(indexed)
    return [
        f"{name}: {len(filters):,} filters, {len(known):,} different; "
        f"{sum(found) / len(found):,.0f} match an alert on average",
        f"  loop over all {loop * 1e3:.1f} ms, percolator {index * 1e3:.2f} ms in the median "
        f"(slowest alert {max(indexed) * 1e3:.2f}): 1/{loop / index:.0f}",
        f"  add {adding / len(filters) * 1e6:.1f} us, remove {removing / len(filters) * 1e6:.1f} us each",
    ]


def _realistic(random: Random, pack: Pack, words: Sequence[str]) -> str:
    """What people follow: mostly a programme or two, sometimes a category, a word, a quote, a comparison."""
    programmes = list(pack.programmes)
    programme = f"programme:{programmes[min(int(random.expovariate(0.08)), len(programmes) - 1)]}"
    name = pack.name(programme.removeprefix("programme:")).split(" ")[0]
    word = words[min(int(random.expovariate(0.01)), len(words) - 1)]
    return random.choice(
        (
            programme,
            name,
            f"{name} {word}",
            f"{name} OR {word}",
            f"{programme} stage>={random.choice(('contract', 'delivery', 'talks'))}",
            f"{programme} -{word}",
            f'"{name} {word}"',
            f"{word} value>=${random.choice((100, 500))}m",
            f"category:{random.choice(('naval', 'aircraft', 'air-defence'))} {word}",
            f"({name} OR {word}) lang:{random.choice(('en', 'hi', 'ru'))}",
        )
    )


def _hard(random: Random, pack: Pack, words: Sequence[str]) -> str:
    """What an index helps little with: words of every report, lone negations and comparisons, alternatives."""
    few = random.sample(words, 8)
    unwanted, other = (f"-programme:{programme}" for programme in random.sample(list(pack.programmes), 2))
    if random.random() < 0.02:  # matches nearly every alert: what it costs is the writing down
        return f"{unwanted} {other}"
    return random.choice(
        (
            f"india russia {few[0]}",
            f"india russia -{few[0]} {few[1]} lang:en",
            f"value>=${random.randrange(1, 400) * 25}m",
            f"value>=₹{random.randrange(1, 400) * 500}cr {unwanted}",
            f"score>0.{random.randrange(50, 99)} after:2026-0{random.randrange(1, 9)}",
            f"({' OR '.join(few[:8])}) india stage>=contract",
            f"({few[0]} OR value>=$9bn) ({few[1]} OR {few[2]})",
            f'"{few[0]} {few[1]}" OR {few[2]} NEAR/5 {few[3]}',
            f"is:denied lang:ru official:yes {unwanted}",
        )
    )


# --- one filter, many alerts --------------------------------------------------------------------------


async def _searched(pack: Pack, random: Random, words: Sequence[str], reports: Sequence[Alert]) -> list[str]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        async with Store.open(f"sqlite:///{Path(folder) / 'archive.db'}") as store:
            await _fill(store, pack, random, words, reports)
            rows.append(f"{ALERTS:,} alerts on SQLite; the newest 5 that match:")
            for text in (
                "s-400", "s-400 delivery", f'"{words[0]} {words[1]}"', "programme:su-57 -party:hal", "value>=$1bn",
                "stage>=contract value>=$1bn", "value>=$900bn", "-india", "is:denied is:official",
                "talks NEAR/3 delay",
            ):  # fmt: skip
                matcher, wanted = Matcher(pack), parse_filter(text, pack)
                taken = []
                for _ in range(5):
                    started = time.perf_counter()
                    found = await newest(store, matcher, wanted, 5)
                    taken.append(time.perf_counter() - started)
                rows.append(
                    f"  {text:<32} {median(taken) * 1e3:7.1f} ms, {len(found.alerts)} found"
                    + ("" if found.complete else ", newest 5,000 looked through")
                )
            started = time.perf_counter()
            wanted, looked_at, matching = parse_filter("value>=$1bn -brahmos", pack), 0, 0
            async for page in pages(store, Matcher(pack), wanted):
                looked_at, matching = looked_at + page.looked_at, matching + len(page.matching)
            taken_s = time.perf_counter() - started
            rows.append(
                f"  backtest over all: {taken_s:.1f} s, {looked_at / taken_s:,.0f} alerts/s, {matching:,} match"
            )
    return rows


async def _fill(store: Store, pack: Pack, random: Random, words: Sequence[str], reports: Sequence[Alert]) -> None:
    feed = Feed(id="f1", url="https://news.example/rss", title="Sample Wire")
    await store.sync_feeds([feed], lambda _: AT, AT)
    entry = Entry(guid="g", url=None, title="x", text="", published_at=AT, fingerprint="f")
    item = StoredItem(id="i", feed_id="f1", outlet="Sample Wire", entry=entry, seen_at=AT, detection=None)
    story = Story(id="s", title="x", lang="en", programmes=(), titles=("x",), sources=(), opened_at=AT, updated_at=AT)
    async with store.write() as tx:
        await tx.add_items([item], {})
        await tx.save_stories([story])
    for start in range(0, ALERTS, 5_000):
        at = AT + timedelta(minutes=start)
        made = [
            replace(
                random.choice(reports),
                id=id_,
                story_id="s",
                item_id="i",
                created_at=at + timedelta(minutes=number),
            )
            for number, id_ in enumerate(new_ids(at, 5_000))
        ]
        async with store.write() as tx:
            await tx.add_alerts(made)


# --- hostile ones -------------------------------------------------------------------------------------


def _growth(pack: Pack) -> list[str]:
    """Times for texts of 1 kB to 1 MB against the longest filters: ten times the text, ten times as long."""
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    hostile = {
        '"a a a …" in a a a …': (f'"{"a " * 19}b" OR ' * 20 + "c", "a "),
        "a NEAR/50 b NEAR/50 …": (" NEAR/50 ".join("ab" * 45), "a b "),
        "((((… OR …))))": ("(" * 29 + " OR ".join("abcdefghij" * 15) + ")" * 29, "z "),
    }
    rows = ["hostile text of 1 kB, 10 kB, 100 kB, 1 MB against a filter of 1,000 characters:"]
    for name, (text, unit) in hostile.items():
        wanted = parse_filter(text[:1000], pack)
        times = []
        for size in sizes:
            body = unit * (size // len(unit)) + "b"
            subject = Subject(terms=frozenset(search_terms(body, pack)), words=running_words("", body, ()))
            times.append(_seconds(lambda w=wanted, s=subject: w.matches(s)))  # type: ignore[misc]
        rows.append(f"  {name:<24}" + "".join(f"{taken * 1e3:9.2f} ms" for taken in times))
    for name, typed in (
        ("quotes", '"a" ' * 250),
        ("commas", "value>=₹" + "1," * 490),
        ("dashes", "a-" * 499 + "a"),
    ):
        taken = _seconds(lambda t=typed: _tried(t, pack))  # type: ignore[misc]
        rows.append(f"  reading 1,000 characters of {name}: {taken * 1e3:.1f} ms")
    return rows


def _tried(text: str, pack: Pack) -> None:
    try:
        parse_filter(text, pack)
    except ValueError:
        return


# --- material -----------------------------------------------------------------------------------------


def _vocabulary(random: Random) -> list[str]:
    return ["".join(random.choices(_SYLLABLES, k=3)) for _ in range(3_000)]


def _reports(pack: Pack, random: Random, words: Sequence[str]) -> list[Alert]:
    lines = (resources.files("rules") / "packs/india_russia/examples.jsonl").read_text(encoding="utf-8").splitlines()
    made = []
    for line in lines:
        row = json.loads(line)
        title = row["title"]
        text = " ".join((row.get("text") or "", *(words[int(random.paretovariate(0.6)) % 3_000] for _ in range(280))))
        detection = detect(Item(id="1", title=title, text=text, on=AT.date()), pack)
        parties = [mention.concept for mention in detection.mentions if mention.kind == "party"]
        stage = detection.stage or random.choice((None, "talks", "contract", "delivery"))
        fields = field_terms(pack, programmes=detection.programmes, parties=parties, stage=stage, lang=detection.lang)
        facets = Facets(
            kinds=(random.choice(("press", "wire", "official")),),
            score=detection.score,
            values=((Decimal(random.randrange(1, 900)) * 10**9, "INR"),) if random.random() < 0.4 else (),
            quantities=(Decimal(random.randrange(1, 50)),),
            published_at=AT,
            words=running_words(title, text, detection.mentions),
        )
        source = Source(outlet="Sample Wire", url=None, seen_at=AT)
        card = Card(label="NEW", headline=title, url=None, summary=text[:350], rows=(), sources=(source,), at=AT)
        made.append(
            Alert(
                id="", story_id="s", item_id="i", kind="new", importance="normal", card=card,
                terms=tuple(dict.fromkeys((*detection.terms, *fields))), created_at=AT, facets=facets,
            )
        )  # fmt: skip
    return made


def _seconds(work: Callable[[], object]) -> float:
    """CPU time, since the machine may be shared."""
    started = time.process_time()
    work()
    return time.process_time() - started
