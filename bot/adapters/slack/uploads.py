"""A picture into a channel: Slack gives an address, takes the bytes there, and shows the file when told where to
(files.getUploadURLExternal, POST, files.completeUploadExternal; docs.slack.dev/messaging/working-with-files).
"""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Image

ALT_MAX = 1000  # characters; more is alt_txt_too_large
TITLE_MAX = 250  # judgement: a line or two


class UploadError(Exception):
    """The address that Slack gave did not take the bytes; nothing is in the channel."""


async def upload(web: AsyncWebClient, session: aiohttp.ClientSession, image: Image) -> str:
    """The id of the file, which nobody sees yet. Raises `UploadError`, what the client raises, and aiohttp's errors."""
    given = await web.files_getUploadURLExternal(
        filename=image.name, length=len(image.content), alt_txt=image.alt[:ALT_MAX]
    )
    # The address is the permission: no token goes with it.
    async with session.post(str(given["upload_url"]), data=image.content) as answer:
        if answer.status != 200:
            raise UploadError(f"the picture was not taken (HTTP {answer.status})")
    return str(given["file_id"])


async def finish(web: AsyncWebClient, file_id: str, channel: str, image: Image, reply_to: str | None) -> None:
    """Show the file in the channel, or in the thread of the message `reply_to`."""
    await web.files_completeUploadExternal(
        files=[{"id": file_id, "title": image.title[:TITLE_MAX]}], channel_id=channel, thread_ts=reply_to
    )
