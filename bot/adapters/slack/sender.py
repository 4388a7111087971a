"""What goes out to Slack: posts, edits and answers, in their turn; failures come back as values.

Blocks come from `format`, the meaning of failures from `refusals`, turns from the pacer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.answering import say
from bot.adapters.pacing import Limit, Monotonic, Pacer, Rank, Sleep
from bot.adapters.slack.format import Message, post_blocks, post_plain
from bot.adapters.slack.refusals import blocks_refused, flooded, outcome
from bot.model import Channel, Post, Receipt, Rejected, RetryLater, SendResult

TURN_WITHIN_S = 10.0  # a message that its channel's pace holds longer goes back to the queue
ANSWER_WITHIN_S = 30.0  # the same for an answer, which has no queue to go back to

_FAILURES = (SlackApiError, aiohttp.ClientError, OSError, TimeoutError)

_log = logging.getLogger(__name__)


class Sender:
    """Everything that this bot writes passes here."""

    def __init__(
        self, *, overall: Limit, per_channel: Limit, monotonic: Monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._per_channel = per_channel
        self._sleep = sleep
        self._pacer = Pacer(overall=overall, monotonic=monotonic, sleep=sleep)
        self._web: AsyncWebClient | None = None
        self._session: aiohttp.ClientSession | None = None

    def open(self, web: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        """From now on messages can leave, over this session."""
        self._web, self._session = web, session

    async def close(self) -> None:
        """Let nobody wait any more."""
        await self._pacer.close()

    async def send(self, channel: Channel, post: Post) -> SendResult:
        """Post it as blocks; as plain text if Slack refuses them. The receipt is that of the first message where
        its lines take several."""
        messages = post_blocks(post)
        if not messages:
            return Rejected(reason="an empty message")
        more = {"thread_ts": post.reply_to} if post.reply_to else {}
        first = await self._posted(channel.address, messages[0], post.importance, **more)
        if isinstance(first, _BlocksRefused):
            return await self._said(channel.address, (post_plain(post), []), post.importance, mrkdwn=False, **more)
        rest = messages[1:]
        if rest and isinstance(first, Receipt) and (why := await self.say(channel.address, rest, **more)):
            # What stands there already must not come twice, so the rest is given up.
            _log.warning("slack message cut short channel=%s reason=%s", channel.key, why)
        return first

    async def edit(self, channel: Channel, message_id: str, post: Post) -> SendResult:
        """Put the post in the place of the message by chat.update; only its first part where it is long."""
        messages = post_blocks(post)
        if not messages:
            return Rejected(reason="an empty message")
        result = await self._posted(channel.address, messages[0], "edit", ts=message_id)
        if isinstance(result, _BlocksRefused):
            return await self._said(channel.address, (post_plain(post), []), "edit", ts=message_id)
        return result

    async def whisper(self, response_url: str, messages: Sequence[Message], *, replace: bool = False) -> str | None:
        """Answer by the URL of a command or a click, for the eyes of who asked, or in the message's place. None when
        all were taken; else why not."""
        hook = AsyncWebhookClient(response_url, session=self._session, retry_handlers=[])
        for text, blocks in messages:
            try:
                sent = await hook.send(
                    text=text,
                    blocks=blocks or None,
                    response_type=None if replace else "ephemeral",
                    replace_original=replace,
                )
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return type(error).__name__
            if sent.status_code != 200:
                return f"HTTP {sent.status_code}"
        return None

    async def replace(self, address: str, ts: str, message: Message) -> SendResult:
        """Put the message of an answer in the place of another."""
        return await self._said(address, message, "answer", ts=ts)

    async def _said(self, address: str, message: Message, rank: Rank, **more: Any) -> SendResult:
        """The last try: what Slack refuses now, it refuses for good."""
        result = await self._posted(address, message, rank, **more)
        return Rejected(reason=result.reason) if isinstance(result, _BlocksRefused) else result

    async def say(self, address: str, messages: Sequence[Message], **more: Any) -> str | None:
        """Post the messages of an answer; None, or why the rest was not posted."""

        async def post(message: Message) -> SendResult:
            return await self._said(address, message, "answer", **more)

        return await say(messages, post=post, sleep=self._sleep)

    async def _posted(self, address: str, message: Message, rank: Rank, **more: Any) -> SendResult | _BlocksRefused:
        """One chat.postMessage in its turn; a chat.update where `more` has the message's ts."""
        within_s = ANSWER_WITHIN_S if rank == "answer" else TURN_WITHIN_S
        async with self._pacer.turn(((address, self._per_channel),), within_s=within_s, rank=rank) as wait_s:
            if wait_s:
                return RetryLater(reason="others go first", after_s=wait_s, tried=False)
            try:
                ts = await self._call(address, message, **more)
            except _FAILURES as error:
                result = outcome(error)
                if isinstance(result, RetryLater) and result.after_s is not None:
                    self._pacer.hold(address, result.after_s, flood=flooded(error))
                if message[1] and blocks_refused(error):
                    _log.error("slack refused our blocks reason=%s", result.reason)
                    return _BlocksRefused(result.reason)
                return result
        self._pacer.passed()
        return Receipt(message_id=ts, plain=not message[1])

    async def _call(self, address: str, message: Message, **more: Any) -> str:
        """The message's ts. Raises one of `_FAILURES`."""
        assert self._web is not None  # messages come only after start
        text, blocks = message
        if "ts" in more:  # an empty list takes the old blocks away
            answer = await self._web.chat_update(channel=address, text=text, blocks=blocks, **more)
        else:
            answer = await self._web.chat_postMessage(
                channel=address, text=text, blocks=blocks or None, unfurl_links=False, unfurl_media=False, **more
            )
        return str(answer["ts"])


@dataclass(frozen=True, slots=True)
class _BlocksRefused:
    """Slack objects to our blocks, so that plain text may pass."""

    reason: str
