"""What `dealwire doctor` finds out about Telegram: the token, privacy mode, the webhook, the subscribed chats.

Asked by plain calls of the Bot API: nothing is polled, so a running bot is not disturbed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aiohttp

from bot.model import Channel, Finding

CALL_S = 10.0  # for one call


class _RefusedError(Exception):
    """Telegram's own words."""


async def examine_telegram(
    token: str, *, base_url: str | None, webhook_url: str, channels: Sequence[Channel]
) -> list[Finding]:
    """`webhook_url`: "" for polling; `channels`: those that are subscribed."""
    root = (base_url or "https://api.telegram.org").rstrip("/").removesuffix("/bot")
    timeout = aiohttp.ClientTimeout(total=CALL_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=base_url is None) as session:

        async def ask(method: str, **args: Any) -> Any:
            async with session.post(f"{root}/bot{token}/{method}", json=args) as answer:
                said = await answer.json(content_type=None)
            if not said.get("ok"):
                raise _RefusedError(str(said.get("description", "")))
            return said["result"]

        try:
            me = await ask("getMe")
        except _RefusedError as error:
            advice = "Copy the token that @BotFather gave into telegram.token."
            words = f"Telegram refuses the token ({error})"
            return [Finding(level="bad", subject="telegram", words=words, advice=advice)]
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:  # its words may hold the token
            advice = "Check the network, a proxy, and base_url in [telegram]."
            words = f"Telegram is not reached ({type(error).__name__})"
            return [Finding(level="bad", subject="telegram", words=words, advice=advice)]
        findings = [Finding(level="good", subject="telegram", words=f"the bot is @{me['username']}"), _privacy(me)]
        try:
            findings.append(_webhook(await ask("getWebhookInfo"), webhook_url))
            for channel in channels:
                findings.append(await _chat(ask, channel, int(me["id"])))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            words = f"Telegram is not reached any more ({type(error).__name__})"
            findings.append(Finding(level="bad", subject="telegram", words=words))
        return findings


def _privacy(me: dict[str, Any]) -> Finding:
    subject = "telegram privacy mode"
    if me.get("can_read_all_group_messages"):
        words = "off: Telegram sends us every message of the groups that the bot is in"
        advice = "Switch it on by /setprivacy at @BotFather; commands and replies are all that Dealwire needs."
        return Finding(level="doubt", subject=subject, words=words, advice=advice)
    return Finding(level="good", subject=subject, words="on: in groups the bot sees commands and replies to it only")


def _webhook(info: dict[str, Any], webhook_url: str) -> Finding:
    subject, there = "telegram updates", str(info.get("url") or "")
    if not webhook_url and there:
        words = "a webhook is set; `dealwire run` takes it away and asks by itself"
        advice = "If another program set it, that program needs a bot of its own."
        return Finding(level="doubt", subject=subject, words=words, advice=advice)
    if not webhook_url:
        return Finding(level="good", subject=subject, words="Dealwire asks Telegram for them")
    if not there.startswith(webhook_url.rstrip("/")):
        words = "the webhook is not set yet; `dealwire run` sets it"
        return Finding(level="doubt", subject=subject, words=words)
    if said := info.get("last_error_message"):
        words = f"Telegram could not call us: {said}"
        advice = "Check that the reverse proxy passes /telegram/ on, and its certificate."
        return Finding(level="doubt", subject=subject, words=words, advice=advice)
    return Finding(level="good", subject=subject, words="Telegram calls us")


async def _chat(ask: Any, channel: Channel, bot_id: int) -> Finding:
    try:
        chat = await ask("getChat", chat_id=int(channel.address))
        if chat["type"] == "private":
            return Finding(level="good", subject=channel.key, words="a private chat that began with the bot")
        member = await ask("getChatMember", chat_id=int(channel.address), user_id=bot_id)
    except _RefusedError as error:
        advice = "Add the bot to the chat; a person begins with Start."
        return Finding(level="bad", subject=channel.key, words=f"the bot cannot post there ({error})", advice=advice)
    name, status = chat.get("title", channel.address), member["status"]
    if status in ("left", "kicked"):
        words, advice = f"the bot is not in {name}", "Add the bot to the chat."
        return Finding(level="bad", subject=channel.key, words=words, advice=advice)
    if chat["type"] == "channel" and not member.get("can_post_messages", status == "creator"):
        words = f"the bot may not post in {name}"
        advice = "Make it an administrator of the channel that may post messages."
        return Finding(level="bad", subject=channel.key, words=words, advice=advice)
    if status == "restricted" and not member.get("can_send_messages", True):
        words, advice = f"the bot may not write in {name}", "Let it send messages in the chat's permissions."
        return Finding(level="bad", subject=channel.key, words=words, advice=advice)
    return Finding(level="good", subject=channel.key, words=f"the bot is in {name}")
