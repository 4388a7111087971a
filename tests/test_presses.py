"""A pressed button reaches the part that made it."""

from __future__ import annotations

import pytest

from bot.model import Channel, Press, Reply
from bot.presses import Router


def press(action: str) -> Press:
    return Press(
        action=action,
        channel=Channel.parse("telegram:7"),
        message_id="1",
        user="telegram:7",
        private=True,
        manager=True,
    )


async def echo(pressed: Press) -> Reply:
    return Reply(toast=pressed.action)


async def other(pressed: Press) -> None:
    return None


async def test_the_part_before_the_colon_names_the_handler() -> None:
    router = Router({"why": echo}, {"mute": other})
    assert await router.press(press("why:01jd:x")) == Reply(toast="why:01jd:x")
    assert await router.press(press("mute:s-400")) is None
    assert "why:1" in router
    assert "whynot:1" not in router


async def test_a_button_of_another_version_says_so() -> None:
    reply = await Router({"why": echo}).press(press("gone:1"))
    assert reply is not None
    assert "older version" in str(reply.toast)


def test_two_handlers_for_one_action_are_refused() -> None:
    with pytest.raises(ValueError, match="why"):
        Router({"why": echo}, {"why": other})
