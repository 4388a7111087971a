"""Who asks, and how they are answered: the settings of the channel and the words of its language."""

from __future__ import annotations

from bot.i18n import Words, language_of, words_in
from bot.model import Command, Press
from bot.settings import ChannelSettings
from bot.storage import Store

Asked = Command | Press


async def manner(store: Store, asked: Asked) -> tuple[ChannelSettings, Words]:
    """How this channel is spoken to: as it chose, else in the asker's language."""
    settings = await store.channel_settings(asked.channel)
    if settings is None:
        settings = ChannelSettings(lang=language_of(asked.lang))
    return settings, words_in(settings.lang)
