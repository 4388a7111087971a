"""Posting several messages one after the other: patient with the platform, but not for ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from bot.adapters.pacing import Sleep
from bot.model import ChannelMoved, Receipt, RetryLater, SendResult

LONGEST_S = 30.0  # an answer that comes later than this is nobody's answer any more; judgement

M = TypeVar("M")


async def say(messages: Iterable[M], *, post: Callable[[M], Awaitable[SendResult]], sleep: Sleep) -> str | None:
    """None when all the messages are posted; else why the rest was dropped, in plain words."""
    for message in messages:
        while True:
            match await post(message):
                case Receipt():
                    break
                case RetryLater(after_s=float(wait_s)) if wait_s <= LONGEST_S:
                    await sleep(wait_s)
                case RetryLater(after_s=float(wait_s)):
                    return f"it would have waited {wait_s:g} s"
                case ChannelMoved():
                    return "the chat has moved"
                case failed:
                    return failed.reason
    return None
