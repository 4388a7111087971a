"""Deals, timelines, why and why not, paging and judgements, on a real store of each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.access import Access
from bot.commands import Commands
from bot.feeds import entry_keys
from bot.model import Channel, Command, Entry, InlineQuery, Press, Reply, StoredItem, new_id
from bot.settings import ChannelSettings
from bot.storage import Store
from rules import Item, Pack, detect
from tests.archive_samples import FEED, archive

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
CHAT = Channel.parse("telegram:-100500")
SIGNED = "India and Russia sign ₹63,000 crore contract for five S-400 squadrons"
TALKS = "Talks on Su-30MKI upgrade with Russia at an advanced stage"


@pytest.fixture
async def commands(store: Store, pack: Pack) -> Commands:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    return Commands(store=store, pack=pack, access=Access.of([CHAT], None), clock=lambda: NOW)


async def ask(commands: Commands, text: str, *, lang: str = "en") -> Reply:
    name, _, args = text.partition(" ")
    return await commands.handle(
        Command(name=name, args=args, channel=CHAT, user="telegram:7", private=False, manager=True, lang=lang)
    )


async def press(commands: Commands, action: str, user: str = "telegram:7") -> Reply | None:
    handler = commands.presses[action.partition(":")[0]]
    return await handler(
        Press(action=action, channel=CHAT, message_id="1", user=user, private=False, manager=False, lang="en")
    )


def words(reply: Reply | None) -> str:
    assert reply is not None
    return "\n".join("".join(run.text for run in line) for line in reply.lines)


async def test_a_deal_shows_its_newest_facts_with_the_words_that_prove_them(
    commands: Commands, store: Store, pack: Pack
) -> None:
    await archive(store, pack, SIGNED, NOW)
    answer = words(await ask(commands, "deal s400"))
    assert "₹63,000 crore" in answer
    assert "5 squadrons" in answer
    assert SIGNED in answer
    assert "Sample Wire" in answer


async def test_deals_lists_every_programme_newest_first(commands: Commands, store: Store, pack: Pack) -> None:
    await archive(store, pack, SIGNED, NOW)
    await archive(store, pack, TALKS, NOW + timedelta(minutes=1))
    answer = words(await ask(commands, "deals"))
    assert answer.index("Su-30MKI upgrade") < answer.index("S-400")
    only = words(await ask(commands, "deals s-400"))
    assert "Su-30MKI" not in only


async def test_an_unknown_programme_gets_the_nearest_name(commands: Commands) -> None:
    assert "BrahMos" in words(await ask(commands, "deal brahmoss"))
    assert "Which programme" in words(await ask(commands, "timeline"))
    assert "Nothing is known" in words(await ask(commands, "deal s-500"))


async def test_a_timeline_goes_from_the_oldest_to_the_newest(commands: Commands, store: Store, pack: Pack) -> None:
    await archive(store, pack, "Russia to deliver two more S-400 squadrons to India in 2026", NOW - timedelta(days=9))
    await archive(store, pack, SIGNED, NOW)
    answer = words(await ask(commands, "timeline s-400"))
    assert answer.index("11 Nov 2026") < answer.index("20 Nov 2026")


async def test_search_goes_on_to_older_alerts_by_a_button(commands: Commands, store: Store, pack: Pack) -> None:
    for number in range(7):
        await archive(store, pack, f"{SIGNED}: part {number}", NOW + timedelta(minutes=number))
    first = await ask(commands, "search s-400")
    assert "part 6" in words(first) and "part 1" not in words(first)
    second = words(await press(commands, first.buttons[0][0].action))
    assert "part 1" in second and "part 2" not in second
    toast = await press(commands, "older:000000000000:01abc")
    assert toast is not None and toast.toast is not None


async def test_why_not_tells_what_became_of_a_report(commands: Commands, store: Store, pack: Pack) -> None:
    title, url = "Turkey says its S-400 batteries stay in storage", "https://news.example/turkey?utm_source=rss"
    entry = Entry(guid="t", url=url, title=title, text="", published_at=NOW, fingerprint="t")
    detection = detect(Item(id="", title=title, on=NOW.date()), pack, explain=False)
    item = StoredItem(
        id=new_id(NOW), feed_id=FEED.id, outlet="Sample Wire", entry=entry, seen_at=NOW, detection=detection
    )
    async with store.write() as tx:
        await tx.add_items([item], {item.id: entry_keys(FEED.id, entry)})
    answer = words(await ask(commands, "whynot https://news.example/turkey"))
    assert title in answer
    assert "So it was not told." in answer
    assert "S-400" in answer.split("Reasons:")[1]
    assert "No feed brought" in words(await ask(commands, "whynot https://news.example/other"))
    assert "Of which report" in words(await ask(commands, "whynot turkey"))


async def test_a_judgement_is_kept_once_for_each_person(commands: Commands, store: Store, pack: Pack) -> None:
    alert = await archive(store, pack, SIGNED, NOW)
    await press(commands, f"relevant:{alert.id}")
    await press(commands, f"irrelevant:{alert.id}")
    await press(commands, f"relevant:{alert.id}", user="telegram:8")
    assert sorted((j.user, j.relevant) for j in await store.judgements_of(alert.id)) == [
        ("telegram:7", False),
        ("telegram:8", True),
    ]


async def test_inline_queries_find_alerts_and_half_a_filter_finds_none(
    commands: Commands, store: Store, pack: Pack
) -> None:
    await archive(store, pack, SIGNED, NOW)
    answer = await commands.inline(InlineQuery(text="s-400", user="telegram:7"))
    assert [result.title for result in answer.results] == [SIGNED]
    assert (await commands.inline(InlineQuery(text='"s-400', user="telegram:7"))).results == ()


async def test_inline_answers_are_in_the_language_of_who_types(commands: Commands, store: Store, pack: Pack) -> None:
    await archive(store, pack, SIGNED, NOW)
    (russian,) = (await commands.inline(InlineQuery(text="s-400", user="telegram:7", lang="ru-RU"))).results
    assert russian.title.startswith("С-400 «Триумф»: контракт подписан")
    assert russian.description.startswith("НОВОЕ · ")
    async with store.write() as tx:  # what the own private chat chose counts more
        await tx.save_channel_settings(Channel.parse("telegram:7"), ChannelSettings(lang="hi", zone="Europe/Moscow"))
    answer = await commands.inline(InlineQuery(text="s-400", user="telegram:7", lang="ru-RU"))
    assert answer.personal  # a platform that kept it for all would show others this language
    assert answer.results[0].post.zone == "Europe/Moscow"
    assert answer.results[0].post.card is not None
    assert answer.results[0].post.card.lang == "hi"


async def test_sources_and_why_answer_in_the_askers_language(commands: Commands, store: Store, pack: Pack) -> None:
    await archive(store, pack, SIGNED, NOW)
    assert "Sample Wire" in words(await ask(commands, "sources", lang="ru"))
    in_english = words(await ask(commands, "why s-400", lang="en"))
    assert in_english != words(await ask(commands, "why s-400", lang="ru"))
