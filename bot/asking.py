"""Who asks, and how they are answered: the settings of the channel and the words of its language."""

from __future__ import annotations

from bot.i18n import Words, language_of, words_in
from bot.model import Channel, Command, Press
from bot.settings import IST, ChannelSettings
from bot.storage import Store
from bot.zones import ZoneError, zone_named

Asked = Command | Press


async def manner(store: Store, asked: Asked) -> tuple[ChannelSettings, Words]:
    """How this channel is spoken to: as it chose, else in the asker's language."""
    settings = await store.channel_settings(asked.channel)
    if settings is None:
        settings = unchosen(asked.lang, asked.zone)
    return settings, words_in(settings.lang)


def unchosen(lang: str | None, zone: str | None = None) -> ChannelSettings:
    """What holds in a channel that never chose: the usual, in the language and, where the platform tells it, the time
    zone of who asks."""
    try:
        known = zone_named(zone) if zone else IST
    except ZoneError:  # a name that our database of time zones does not have
        known = IST
    return ChannelSettings(lang=language_of(lang), zone=known)


async def alone(store: Store, user: str, lang: str | None) -> tuple[ChannelSettings, Words]:
    """How this person is spoken to where no chat is known: as in the own private chat, which on Telegram bears the
    user's id."""
    settings = await store.channel_settings(Channel.parse(user)) or unchosen(lang)
    return settings, words_in(settings.lang)


MENTION = "@dealwire"  # in a thread of Slack, which knows no slash commands there


def slashed(channel: Channel, text: str) -> str:
    """A command as one types it there."""
    return f"/dealwire {text}" if channel.platform == "slack" else f"/{text}"
