"""What goes out to Slack: posts, edits and answers, in their turn; failures come back as values.

Blocks come from `format`, the meaning of failures from `refusals`, turns from `allowances`; `troubles` remembers who
takes nothing at present.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.answering import say
from bot.adapters.pacing import Rank, Sleep
from bot.adapters.slack.allowances import Allowances
from bot.adapters.slack.format import Message, post_blocks, post_plain
from bot.adapters.slack.refusals import (
    FAILURES,
    blocks_refused,
    closed,
    code,
    file_refused,
    flooded,
    outcome,
    retry_after_s,
    shut,
    thread_refused,
    token_refused,
)
from bot.adapters.slack.troubles import Troubles
from bot.adapters.slack.uploads import UploadError, finish, upload
from bot.adapters.slack.workspaces import FindError, NotInstalledError, Workspace, Workspaces, split
from bot.model import Channel, ChannelGone, Image, Post, Receipt, Rejected, RetryLater, SendResult

TURN_WITHIN_S = 10.0  # a message that its channel's pace holds longer goes back to the queue
# One workspace with a thousand channels must not take all the outbox's senders: so many of its messages wait here, the
# others in the outbox. A quarter of the senders as delivered.
CROWD = 64
ANSWER_WITHIN_S = 30.0  # the same for an answer, which has no queue to go back to

_POST, _EDIT = "chat.postMessage", "chat.update"

_log = logging.getLogger(__name__)


class Sender:
    """Everything that this bot writes passes here."""

    def __init__(
        self,
        workspaces: Workspaces,
        allowances: Allowances,
        troubles: Troubles,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._workspaces = workspaces
        self._allowances = allowances
        self._troubles = troubles
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None
        self._crowds: Counter[tuple[str, str]] = Counter()  # messages under way or waiting, by home and method

    def open(self, session: aiohttp.ClientSession) -> None:
        """From now on messages can leave, over this session."""
        self._session = session

    async def close(self) -> None:
        """Let nobody wait any more."""
        await self._allowances.close()

    async def send(self, channel: Channel, post: Post) -> SendResult:
        """Post it as blocks; as plain text if Slack refuses them. The receipt is that of the first message where
        its lines take several."""
        messages = post_blocks(post)
        if not messages:
            return Rejected(reason="an empty message")
        more: dict[str, Any] = {"thread_ts": post.reply_to} if post.reply_to else {}
        if post.reply_to and post.broadcast:
            more["reply_broadcast"] = True
        first = await self._posted(channel.address, messages[0], post.importance, **more)
        if isinstance(first, _ThreadRefused):  # its first message is gone, or may not be answered
            more = {}
            first = await self._posted(channel.address, messages[0], post.importance)
        if isinstance(first, _Refused):
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
        if isinstance(result, _Refused):
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

    async def show(self, response_url: str, messages: Sequence[Message], *, thread: str | None = None) -> str | None:
        """Answer by the URL of a click for everybody in the channel, in that thread. The bot need not be a member.
        None when all were taken; else why not."""
        hook = AsyncWebhookClient(response_url, session=self._session, retry_handlers=[])
        for text, blocks in messages:
            body: dict[str, Any] = {"text": text, "response_type": "in_channel", "replace_original": False}
            body |= {"unfurl_links": False, "unfurl_media": False}
            body |= {"blocks": blocks} if blocks else {}
            body |= {"thread_ts": thread} if thread else {}
            try:
                sent = await hook.send_dict(body)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return type(error).__name__
            if sent.status_code != 200:
                return f"HTTP {sent.status_code}"
        return None

    async def replace(self, address: str, ts: str, message: Message) -> SendResult:
        """Put the message of an answer in the place of another."""
        return await self._said(address, message, "answer", ts=ts)

    async def upload(self, channel: Channel, image: Image, *, reply_to: str | None = None) -> SendResult:
        """Put the picture into the channel, in the thread of `reply_to` where it is given. The receipt names the
        file: Slack does not tell the message that shows it."""
        try:
            workspace = await self._workspaces.at(channel.address)
        except NotInstalledError as error:
            return ChannelGone(reason=f"Slack: {error}")
        except FindError as error:
            return RetryLater(reason=f"Slack: {error}")
        assert self._session is not None  # pictures come only after start
        allowance = self._allowances.of(workspace.home)
        turn = allowance.turn(_POST, channel.address, within_s=ANSWER_WITHIN_S, rank="answer")
        arrived = False
        async with turn as wait_s:
            if wait_s:
                return RetryLater(reason="others go first", after_s=wait_s, tried=False)
            try:
                file_id = await upload(workspace.web, self._session, image)
                arrived = True  # from here on it may stand in the channel
                await finish(workspace.web, file_id, split(channel.address)[1], image, reply_to)
            except UploadError as error:
                return RetryLater(reason=f"Slack: {error}")
            except FAILURES as error:
                if refused := file_refused(error):
                    return refused
                result = await self._failed(workspace, "", channel.address, error)
                return result if arrived or not isinstance(result, RetryLater) else replace(result, maybe_sent=False)
        self._troubles.passed(workspace.home, workspace.name, channel.address)
        return Receipt(message_id=file_id)

    async def _said(self, address: str, message: Message, rank: Rank, **more: Any) -> SendResult:
        """The last try: what Slack refuses now, it refuses for good."""
        result = await self._posted(address, message, rank, **more)
        if isinstance(result, _ThreadRefused):
            alone = {name: value for name, value in more.items() if name not in ("thread_ts", "reply_broadcast")}
            result = await self._posted(address, message, rank, **alone)
        return Rejected(reason=result.reason) if isinstance(result, _Refused) else result

    async def say(self, address: str, messages: Sequence[Message], **more: Any) -> str | None:
        """Post the messages of an answer; None, or why the rest was not posted."""

        async def post(message: Message) -> SendResult:
            return await self._said(address, message, "answer", **more)

        return await say(messages, post=post, sleep=self._sleep)

    async def _posted(self, address: str, message: Message, rank: Rank, **more: Any) -> SendResult | _Refused:
        """One chat.postMessage in its turn; a chat.update where `more` has the message's ts."""
        method = _EDIT if "ts" in more else _POST
        try:
            workspace = await self._workspaces.at(address)
        except NotInstalledError as error:
            return ChannelGone(reason=f"Slack: {error}")
        except FindError as error:
            return RetryLater(reason=f"Slack: {error}")
        if rank != "answer" and (waits := self._troubles.waits(workspace.home)) is not None:
            return waits
        allowance = self._allowances.of(workspace.home)
        crowd = self._crowds[workspace.home, method]
        if rank != "answer" and crowd >= CROWD:
            crowd_s = allowance.crowd_s(method, crowd)
            return RetryLater(reason="others go first", after_s=crowd_s, tried=False)
        within_s = ANSWER_WITHIN_S if rank == "answer" else TURN_WITHIN_S
        async with (
            self._counted((workspace.home, method)),
            allowance.turn(method, address, within_s=within_s, rank=rank) as wait_s,
        ):
            if wait_s:
                return RetryLater(reason="others go first", after_s=wait_s, tried=False)
            try:
                ts = await self._call(workspace, address, message, **more)
            except FAILURES as error:
                result = await self._failed(workspace, method, address, error)
                if message[1] and blocks_refused(error):
                    _log.error("slack refused our blocks reason=%s", result.reason)
                    return _BlocksRefused(result.reason)
                return _ThreadRefused(result.reason) if "thread_ts" in more and thread_refused(error) else result
        allowance.passed(method)
        self._troubles.passed(workspace.home, workspace.name, address)
        return Receipt(message_id=ts, plain=not message[1])

    @asynccontextmanager
    async def _counted(self, which: tuple[str, str]) -> AsyncIterator[None]:
        self._crowds[which] += 1
        try:
            yield
        finally:
            self._crowds[which] -= 1

    async def _renewed(self, workspace: Workspace) -> bool:
        """Whether there is another token by now: the app was installed again, told to another process of ours."""
        self._workspaces.forget(workspace.home)
        try:
            return (await self._workspaces.of(workspace.home)).web.token != workspace.web.token
        except (NotInstalledError, FindError):
            return False

    async def _failed(
        self, workspace: Workspace, method: str, address: str, error: Exception
    ) -> RetryLater | ChannelGone | Rejected:
        """What the failure means, and what else it says of the channel and its workspace. `method` "": of a file."""
        if token_refused(error) and await self._renewed(workspace):
            return RetryLater(reason="Slack: the app was installed anew", after_s=1.0, tried=False)
        if isinstance(error, SlackApiError) and flooded(error) and method:
            self._allowances.of(workspace.home).refused(method, address, retry_after_s(error), flood=True)
        elif (why := shut(error)) is not None:
            self._troubles.workspace_shut(workspace.home, workspace.name, why, code(error))
        elif closed(error):
            self._troubles.channel_closed(address, code(error))
        return outcome(error)

    async def _call(self, workspace: Workspace, address: str, message: Message, **more: Any) -> str:
        """The message's ts. Raises one of `FAILURES`."""
        _, channel = split(address)
        text, blocks = message
        if "ts" in more:  # an empty list takes the old blocks away
            answer = await workspace.web.chat_update(channel=channel, text=text, blocks=blocks, **more)
        else:
            answer = await workspace.web.chat_postMessage(
                channel=channel, text=text, blocks=blocks or None, unfurl_links=False, unfurl_media=False, **more
            )
        return str(answer["ts"])


@dataclass(frozen=True, slots=True)
class _Refused:
    """Not to be said like this; `reason` in plain words."""

    reason: str


class _BlocksRefused(_Refused):
    """Slack objects to our blocks, so that plain text may pass."""


class _ThreadRefused(_Refused):
    """Slack takes no answer there, so that a message of its own may pass."""
