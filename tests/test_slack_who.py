"""Who may change what a channel of Slack gets, end to end; and forms of one workspace that reach no other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.claims import new_claim
from bot.model import Channel
from tests.clicking import FIRST
from tests.servers import Screen, SlackMessage, SlackReply, SlackUser
from tests.servers.slack_state import texts_in
from tests.slack_world import SlackWorld, alerted, channel_of, hand_in, settled, slack_world, until_stored
from tests.test_app_workspaces import World, app_of, subscribe, world

__all__ = ["world"]  # the fixture


async def said(at: SlackWorld, text: str, user: SlackUser, room: object) -> str:
    answer = await at.slack.slash(text=text, user=user, channel=room)  # type: ignore[arg-type]
    # On a machine so busy that a form stands in for it, the answer is in that.
    return answer.all_text() or "\n".join(texts_in(list(at.slack.workspace.views.values())[-1:]))


def _button(message: SlackMessage | SlackReply, action: str) -> str:
    """The action_id of the button that does this."""
    elements = [one for block in message.blocks for one in block.get("elements", ())]
    return next(str(one["action_id"]) for one in elements if str(one.get("value", "")).startswith(action))


# --- members or administrators ---


async def test_where_administrators_decide_members_look_up_and_change_nothing(tmp_path: Path) -> None:
    async with slack_world(tmp_path) as at:
        asha, om = at.slack.add_user(), at.slack.add_user("om", is_admin=True)
        maker = at.slack.add_user("ira")
        room = at.slack.add_channel(members=[asha, om, maker], creator=maker)
        async with at.app(who="admins") as app:
            for text in ("subscribe s-400", "subscribe", "digest daily", "mute s-400", "language ru", "pause"):
                assert "Only administrators" in await said(at, text, asha, room)
            assert "Only administrators" not in await said(at, "latest", asha, room)
            assert await app.store.subscriptions(channel_of(room)) == []
            assert "Subscribed" in await said(at, "subscribe s-400", om, room)
            assert "Subscribed" in await said(at, "subscribe su-57", maker, room)
            # In the own chat everybody decides alone.
            assert "Subscribed" in await said(at, "subscribe s-400", asha, at.slack.add_im(asha))
            listed = await at.slack.slash(text="subscriptions", user=asha, channel=room)
            remove = _button(listed.responses[0], "subend:all")
            refused = await at.slack.interact(listed.responses[0], remove, user=asha)
            assert "Only administrators" in refused.all_text()
            assert len(await app.store.subscriptions(channel_of(room))) == 2


async def test_administrators_choose_for_their_workspace_on_the_page(tmp_path: Path) -> None:
    async with slack_world(tmp_path) as at:
        asha, om = at.slack.add_user(), at.slack.add_user("om", is_admin=True)
        room = at.slack.add_channel(members=[asha, om])
        screens = [Screen(at.slack, one) for one in (asha, om)]
        async with at.app() as app:
            assert "Subscribed" in await said(at, "subscribe s-400", asha, room)
            for screen in screens:
                await screen.look_home()
            names = [[button["text"]["text"] for button in screen.buttons()] for screen in screens]
            assert ["Let administrators only" in one for one in names] == [False, True]
            await screens[1].press_home("Let administrators only")
            assert "Only administrators" in await said(at, "subscribe su-57", asha, room)
            await screens[0].look_home()
            assert "Edit" not in [button["text"]["text"] for button in screens[0].buttons()]
            assert "Subscribed" in await said(at, "subscribe su-57", om, room)
            assert ("who", f"slack:{om.id}") in [(one.action, one.who) for one in await app.store.audit_entries(9)]


async def test_a_member_proposes_a_correction_and_the_operator_makes_it(tmp_path: Path) -> None:
    async with slack_world(tmp_path) as at:
        asha, om = at.slack.add_user(), at.slack.add_user("om")
        room, desk = at.slack.add_channel(members=[asha]), at.slack.add_im(om)
        async with at.app() as app:
            code = await new_claim(app.store, by="test", now=datetime.now(UTC))
            assert "operator now" in await said(at, f"claim {code}", om, desk)
            await said(at, "subscribe all", asha, room)
            at.publish(FIRST["en"])
            card = await alerted(at.slack, room, FIRST["en"].title)
            await until_stored(app)
            mention = {"type": "app_mention", "channel": room.id, "user": asha.id, "ts": "1.1", "thread_ts": card.ts}
            await at.slack.event(mention | {"text": f"<@{at.slack.bot.id}> correct it was talks, no contract"})
            answer = await at.slack.wait_for_message(room, lambda one: "Proposed" in one.all_text())
            assert answer.thread_ts == card.ts
            asked = await at.slack.wait_for_message(desk, lambda one: "amend:" in str(one.blocks))
            # Only the operator's press counts, whoever else comes by the button.
            button = _button(asked, "amend:")
            assert "operator" in (await at.slack.interact(asked, button, user=asha)).all_text()
            assert "CORRECTED" in (await at.slack.interact(asked, button, user=om)).all_text()
            told = await at.slack.wait_for_message(
                room, lambda one: "CORRECTED" in one.all_text() and one.ts == card.ts
            )
            assert "it was talks, no contract" in told.all_text()
            assert {"propose", "correct"} <= {one.action for one in await app.store.audit_entries(20)}


@pytest.mark.parametrize("private", [False, True])
async def test_in_a_channel_without_the_bot_nothing_is_subscribed(tmp_path: Path, private: bool) -> None:
    async with slack_world(tmp_path) as at:
        asha = at.slack.add_user()
        room = at.slack.add_channel(members=[asha], private=private, bot=False)
        async with at.app() as app:
            for text in ("subscribe s-400", "subscribe"):
                assert "/invite @dealwire" in await said(at, text, asha, room)
            assert await app.store.subscriptions() == []
            room.members.add(at.slack.bot.id)
            assert "Subscribed" in await said(at, "subscribe s-400", asha, room)


# --- one workspace, and another ---


async def test_forms_and_pages_reach_no_other_workspace(world: World) -> None:
    ministry = Screen(world.slack, world.ministry.user)
    async with app_of(world, world.config()) as app:
        theirs = await subscribe(world, app, world.embassy, "s-400")
        await subscribe(world, app, world.ministry, "brahmos")
        # A button of the page, forged to name the other workspace's channel and subscription.
        await ministry.look_home()
        assert "brahmos" in ministry.home_text()
        views = world.ministry.space.views
        for action in ("form", "subend"):
            button = {**ministry.buttons()[0], "value": f"{world.embassy.channel.address} {action}:{theirs.id}"}
            await world.slack.act_in_view(ministry.home, button, user=world.ministry.user)
            # On the page or, where that takes long, in a modal.
            assert await world.slack.changed.until(lambda: "is not there any more" in str(views), 10)
            views.clear()
            await ministry.look_home()
        # A modal whose place was forged.
        await ministry.slash("subscribe", world.ministry.room)
        await settled(ministry)
        modal = ministry.modal
        modal["private_metadata"] = modal["private_metadata"].replace("T0MINISTRY", "T0EMBASSY")
        await hand_in(ministry, filter="akula")
        ministry.modal["private_metadata"] = ministry.modal["private_metadata"].replace("T0MINISTRY", "T0EMBASSY")
        await hand_in(ministry)
        assert await app.store.subscriptions(world.embassy.channel) == [theirs]
        mine = await app.store.subscriptions(Channel.parse("slack:T0MINISTRY/C0SAME"))
        assert [one.filter for one in mine] == ["brahmos", "akula"]
        assert "akula" not in (await world.say(world.embassy, "subscriptions")).all_text()
