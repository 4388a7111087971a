"""/settings and what belongs to it, typed and pressed; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.model import Importance, Subscription
from bot.settings import Digest, QuietHours
from bot.storage import Store
from rules import Pack
from tests.archive_samples import FEED, made
from tests.chatting import CHAT, NOW, Chat

HEADLINE = "India signs contract with Russia for five S-400 squadrons"


@pytest.fixture
async def chat(store: Store, pack: Pack) -> Chat:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    return Chat(store, pack)


async def test_settings_show_the_usual_until_something_is_chosen(chat: Chat) -> None:
    shown = await chat.say("settings")
    assert "Alerts: at once" in shown
    assert "Times: Asia/Kolkata, now 14:02 IST" in shown
    assert "Language: English" in shown
    assert "Importance: all" in shown
    assert await chat.settings() is None


async def test_a_digest_by_buttons(chat: Chat) -> None:
    await chat.say("settings")
    await chat.press("At once or digest")
    assert "every day at 09:00" in await chat.press("Daily")
    assert "every day at 18:00" in await chat.press("18:00")
    await chat.press("Weekly")
    assert "every week, Friday at 18:00" in await chat.press("Friday")
    settings = await chat.settings()
    assert settings is not None
    assert settings.digest == Digest(every="weekly", at=time(18), weekday=4)
    assert "at once" in await chat.press("At once")


@pytest.mark.parametrize(
    ("typed", "digest"),
    [
        ("daily 08:30", Digest(every="daily", at=time(8, 30))),
        ("weekly mon 9", Digest(every="weekly", at=time(9), weekday=0)),
        ("еженедельно пт 18:00", Digest(every="weekly", at=time(18), weekday=4)),  # weekly, Friday
        ("दैनिक 7", Digest(every="daily", at=time(7))),  # daily
        ("hourly 15", Digest(every="hourly", at=time(0, 15))),
        ("off", None),
    ],
)
async def test_a_digest_typed(chat: Chat, typed: str, digest: Digest | None) -> None:
    await chat.say(f"digest {typed}")
    settings = await chat.settings()
    assert settings is not None
    assert settings.digest == digest


async def test_quiet_hours_typed_and_pressed(chat: Chat) -> None:
    assert "22:00–07:00; what comes through: high and more" in await chat.say("quiet 22-7 high")
    settings = await chat.settings()
    assert settings is not None
    assert settings.quiet == QuietHours(start=time(22), end=time(7), through="high")
    await chat.say("quiet")
    assert "23:00–08:00" in await chat.press("23:00")
    assert "only the most important" in await chat.press("Through: only")
    assert "Quiet hours: none" in await chat.press("None")
    assert "Not understood" in await chat.say("quiet late")


async def test_the_language_changes_the_answers(chat: Chat) -> None:
    await chat.say("language")
    assert "Language: " in await chat.press("✓ English")
    await chat.say("language русский")
    settings = await chat.settings()
    assert settings is not None
    assert settings.lang == "ru"
    await chat.say("language Klingon")
    assert (await chat.settings()) == settings


async def test_time_zones_by_name_by_offset_and_with_the_nearest_spelling(chat: Chat) -> None:
    assert "Europe/Moscow, now 11:32 MSK" in await chat.say("timezone Moscow")
    assert "Etc/GMT-3" in await chat.say("timezone UTC+3")
    assert "Did you mean Europe/Moscow?" in await chat.say("timezone Mosco")
    await chat.say("timezone")
    assert "Asia/Kolkata" in await chat.press("Kolkata")


async def test_a_programme_is_muted_for_a_week_for_longer_and_not_at_all(chat: Chat) -> None:
    assert "S-400 Triumf until 27 Nov 2026" in await chat.act("mute:s-400")
    assert not chat.last.replace  # the card that the button stands under stays
    assert "Muted: S-400 Triumf\n" in await chat.press("for good")
    settings = await chat.settings()
    assert settings is not None
    assert dict(settings.mutes) == dict.fromkeys(("s-400", "s-400-additional", "s-400-missiles", "s-400-mro"))
    assert "Muted: S-400 Triumf" in await chat.say("settings")
    await chat.say("mute")
    assert "Not muted any more" in await chat.press("Unmute S-400")
    settings = await chat.settings()
    assert settings is not None
    assert not settings.mutes


async def test_a_mute_is_typed_in_any_spelling_and_with_a_duration(chat: Chat) -> None:
    assert "S-400 Triumf until 22 Nov 2026" in await chat.say("mute С-400 2d")
    assert "Did you mean" in await chat.say("mute Triumff")
    await chat.say("unmute all")
    settings = await chat.settings()
    assert settings is not None
    assert not settings.mutes


async def archived(chat: Chat, pack: Pack, importance: Importance, *numbers: int) -> None:
    for number in numbers:
        item, story, alert = made(pack, f"India S-400 contract with Russia signed {number}", NOW)
        async with chat.store.write() as tx:
            await tx.save_stories([story])
            await tx.add_items([item], {})
            await tx.add_alerts([replace(alert, importance=importance)])


async def test_fewer_and_more_move_the_importance_and_say_what_changes(chat: Chat, pack: Pack) -> None:
    await archived(chat, pack, "low", 1, 2, 3)
    await archived(chat, pack, "high", 4)
    await chat.store.add_subscription(
        Subscription(id="s", channel=CHAT, filter="s-400", created_at=NOW, created_by="telegram:7")
    )
    fewer = await chat.act("set:fewer")
    assert "would have received 1 alert." in fewer
    assert "Before it was 4." in fewer
    assert "Importance: normal and more" in fewer
    assert "would have received 4 alerts." in await chat.press("More (4)")


async def test_buttons_of_another_version_change_nothing(chat: Chat) -> None:
    for action in ("set:nothing:1", "set:importance:huge", "set:digest:yearly", "set:lang:xx", "set:quiet:x"):
        await chat.act(action)
    assert await chat.settings() is None


async def test_every_change_is_in_the_audit(chat: Chat) -> None:
    await chat.say("digest daily 9")
    (entry,) = await chat.store.audit_entries(5)
    assert (entry.who, entry.action, entry.place) == ("telegram:7", "settings", CHAT.key)
    assert entry.at - NOW < timedelta(minutes=1)


async def test_the_least_score_is_chosen_with_what_it_changes(chat: Chat, pack: Pack) -> None:
    async with chat.store.write() as tx:
        for hours, score in enumerate((0.55, 0.65, 0.72, 0.93), 1):
            item, story, alert = made(pack, HEADLINE, NOW - timedelta(hours=hours))
            await tx.save_stories([story])
            await tx.add_items([item], {})
            await tx.add_alerts([replace(alert, facets=replace(alert.facets, score=score))])
    await chat.say("subscribe all")
    assert "Score: any" in await chat.say("settings")
    await chat.press("Score")
    assert [b.text for row in chat.last.buttons[:-1] for b in row] == [
        "✓ any (4)",
        "from 0.60 on (3)",
        "from 0.70 on (2)",
        "from 0.80 on (1)",
        "from 0.90 on (1)",
        "from 0.95 on (0)",
    ]
    shown = await chat.press("from 0.70 on")
    assert "this chat would have received 2 alerts" in shown
    assert "Before it was 4." in shown
    assert "Score: from 0.70 on" in shown
    settings = await chat.settings()
    assert settings is not None and settings.min_score == 0.7
    assert "received 1 alert" in await chat.say("score 93%")
    assert "Score: any" in await chat.say("score off")
    assert "For example: off" in await chat.say("score high")
    assert "For example: off" in await chat.say("score 7")
