"""What is said in Slack fits Slack: how one types there, what is not there, and what is nobody else's business."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.claims import new_claim
from bot.config import Access
from bot.i18n import words_in
from tests.clicking import FIRST
from tests.servers import Screen, SlackReply
from tests.slack_world import alerted, slack_world, until_stored

CLOSED = Access(mode="closed", lookups_per_minute=1000)


def _shares(reply: SlackReply) -> bool:
    return any(one.get("action_id") == "share" for block in reply.blocks for one in block.get("elements", ()))


async def test_a_stranger_is_told_what_the_operator_types_in_slack(tmp_path: Path) -> None:
    async with slack_world(tmp_path) as at:
        asha, om = at.slack.add_user(), at.slack.add_user("om")
        room = at.slack.add_channel(members=[asha, om])
        screen = Screen(at.slack, asha)
        async with at.app(access=CLOSED) as app:
            refused = (await at.slack.slash(text="latest", user=asha, channel=room)).responses[0]
            assert "/dealwire approve here" in refused.all_text()
            assert "allowed_chats" not in refused.all_text()
            assert not _shares(refused)
            page = await screen.look_home()
            assert "/dealwire start" in page
            assert "asks for access" not in page  # nobody may ask
            code = await new_claim(app.store, by="test", now=datetime.now(UTC))
            claimed = await at.slack.slash(text=f"claim {code}", user=om, channel=room)
            assert "/dealwire approve here lets its members" in claimed.all_text()
            nobody = await at.slack.slash(text="approve", user=om, channel=room)
            assert "/dealwire approve slack:" in nobody.all_text()
            await at.slack.slash(text="approve here", user=om, channel=room)
            shown = (await at.slack.slash(text="latest", user=asha, channel=room)).responses[0]
            assert _shares(shown)


@pytest.mark.parametrize("kind", ["why", "correct", "retract"])
async def test_what_is_about_one_alert_is_asked_by_a_mention_in_its_thread(tmp_path: Path, kind: str) -> None:
    async with slack_world(tmp_path) as at:
        asha = at.slack.add_user()
        room = at.slack.add_channel(members=[asha])
        async with at.app() as app:
            told = (await at.slack.slash(text=kind, user=asha, channel=room)).all_text()
            assert f"@dealwire {kind}" in told
            assert "reply" not in told
            await at.slack.slash(text="subscribe all", user=asha, channel=room)
            at.publish(FIRST["en"])
            card = await alerted(at.slack, room, FIRST["en"].title)
            await until_stored(app)
            mention = {"type": "app_mention", "channel": room.id, "user": asha.id, "ts": "1.1", "thread_ts": card.ts}
            await at.slack.event(mention | {"text": f"<@{at.slack.bot.id}> {kind} it was talks"})
            answer = await at.slack.wait_for_message(room, lambda one: one.thread_ts == card.ts)
            assert f"@dealwire {kind}" not in answer.all_text()


async def test_the_commands_of_slack_are_those_that_work_there(tmp_path: Path) -> None:
    async with slack_world(tmp_path) as at:
        asha = at.slack.add_user(locale="ru-RU")
        room = at.slack.add_channel(members=[asha])
        async with at.app():
            told = (await at.slack.slash(text="help", user=asha, channel=room)).all_text()
    assert "/dealwire whynot" in told
    assert "/dealwire channel" not in told
    assert words_in("ru").say("In a thread mention me instead: {example}", example="@dealwire why") in told
