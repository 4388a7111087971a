"""What a channel is shown: language, zone, buttons, sound; digests grouped, running messages short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.compose import DIGEST_MAX, RUNNING_MAX, digest_post, post_for, running_post
from bot.model import Alert, Channel, Post
from bot.settings import ChannelSettings
from rules import Pack
from tests.archive_samples import made

NOON = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # 12:00 IST
CHAT = Channel.parse("telegram:-100500")
USUAL = ChannelSettings()


def alert(pack: Pack, headline: str, *, minutes: int = 0) -> Alert:
    return made(pack, headline, NOON + timedelta(minutes=minutes))[2]


def rows(post: Post) -> list[str]:
    return ["".join(run.text for run in line) for line in post.lines]


def s400(pack: Pack, count: int) -> list[Alert]:
    one = alert(pack, "India and Russia sign contract for S-400 missiles")
    return [
        replace(one, id=f"{n}", card=replace(one.card, headline=f"headline {n}"), created_at=NOON) for n in range(count)
    ]


def test_a_card_speaks_the_channels_language_and_shows_its_time_zone(pack: Pack) -> None:
    one = alert(pack, "India and Russia sign contract for S-400 missiles")
    post = post_for(one, ChannelSettings(lang="ru", zone="Europe/Moscow"), name=pack.name)
    assert post.zone == "Europe/Moscow"
    assert post.card is not None
    assert post.card.headline == one.card.headline
    assert post.card.label != one.card.label


def test_buttons_fit_telegram_and_name_the_programme(pack: Pack) -> None:
    for programme in pack.programmes:
        one = alert(pack, "India and Russia sign contract for S-400 missiles")
        one = replace(one, facets=replace(one.facets, programmes=(programme,)))
        buttons = [button for row in post_for(one, USUAL, name=pack.name).buttons for button in row]
        assert [button.action.partition(":")[0] for button in buttons] == [
            "why", "timeline", "relevant", "irrelevant", "mute",
        ]  # fmt: skip
        assert all(len(button.action.encode()) <= 64 for button in buttons)


def test_low_importance_is_silent_unless_the_channel_wants_sound(pack: Pack) -> None:
    low = replace(alert(pack, "Talks on Su-30MKI upgrade with Russia"), importance="low")
    assert post_for(low, USUAL, name=pack.name).silent
    assert not post_for(low, replace(USUAL, silent_low=False), name=pack.name).silent
    assert not post_for(replace(low, importance="normal"), USUAL, name=pack.name).silent


@pytest.mark.parametrize(
    ("wished", "marks", "reply_to", "broadcast"),
    [
        (True, ("slip",), "1.1", True),
        (False, ("slip",), "1.1", False),
        (True, ("value",), "1.1", False),
        (True, ("slip",), None, False),
    ],
)
def test_a_moved_date_stands_in_the_channel_too_where_it_is_wished(
    pack: Pack, wished: bool, marks: tuple[str, ...], reply_to: str | None, broadcast: bool
) -> None:
    one = alert(pack, "Talks on Su-30MKI upgrade with Russia")
    moved = replace(one, kind="update", facets=replace(one.facets, marks=marks))
    post = post_for(moved, replace(USUAL, broadcast=wished), name=pack.name, reply_to=reply_to)
    assert post.broadcast is broadcast


def test_a_notice_keeps_its_own_words_and_buttons(pack: Pack) -> None:
    notice = replace(alert(pack, "Talks on Su-30MKI upgrade with Russia"), kind="notice", importance="low")
    post = post_for(notice, ChannelSettings(lang="ru"), name=pack.name)
    assert post.card == notice.card
    assert post.buttons == ()
    assert not post.silent


def grouped(pack: Pack, alerts: Sequence[Alert]) -> list[str]:
    return rows(digest_post(alerts, USUAL, CHAT, name=pack.name))


def test_a_digest_groups_by_programme_and_shows_each_label(pack: Pack) -> None:
    one = alert(pack, "Talks on Su-30MKI upgrade with Russia at an advanced stage")
    two = replace(alert(pack, "India and Russia sign contract for S-400", minutes=1), importance="flash")
    three = alert(pack, "Su-30MKI upgrade talks with Russia go on", minutes=2)
    shown = grouped(pack, [one, two, three])
    assert shown[0] == "Digest: 3 alerts"
    assert shown[1] == "12:00 IST, 20 Nov 2026 – 12:02 IST, 20 Nov 2026"
    heads = [row for row in shown[2:] if row and not row.startswith("•")]
    assert heads[0].startswith("S-400")
    assert heads[1] == "Su-30MKI upgrade"
    told = [row for row in shown if row.startswith("•")]
    assert [one.card.headline in told[1], two.card.headline in told[0], three.card.headline in told[2]] == [True] * 3
    assert all("NEW · " in row for row in told)


def test_a_long_digest_and_a_long_running_message_count_the_rest(pack: Pack) -> None:
    digest = rows(digest_post(s400(pack, DIGEST_MAX + 7), USUAL, CHAT, name=pack.name))
    assert len([row for row in digest if row.startswith("•")]) == DIGEST_MAX
    assert digest[-1] == "7 more: /latest"
    running = running_post(s400(pack, RUNNING_MAX + 3), USUAL, CHAT, now=NOON)
    told = [row for row in rows(running) if row.startswith("•")]
    assert len(told) == RUNNING_MAX
    assert f"headline {RUNNING_MAX + 2}" in told[-1]
    assert "3 more: /latest" in rows(running)
    assert running.silent


def test_a_running_message_always_fits_one_message(pack: Pack) -> None:
    alerts = [
        replace(one, card=replace(one.card, headline="слово " * 200, label="метка " * 40), brief=None)
        for one in s400(pack, 40)
    ]
    text = "\n".join(rows(running_post(alerts, USUAL, CHAT, now=NOON)))
    assert len(text) <= 4096
