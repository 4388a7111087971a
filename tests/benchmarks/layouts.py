"""Ten thousand fuzzed posts through both platforms' judges: TDLib and Telegram's lengths, the Block Kit schema and
Slack's. In batches, since one long run of the generator remembers all it made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.adapters.slack.format import post_blocks
from bot.adapters.telegram.format import post_html
from bot.adapters.telegram.keyboard import keyboard
from bot.model import Post
from tests.adapters.samples import posts
from tests.servers import SAFE_TEXT, SAFE_TOTAL, BadTextError, block_flaws, parse_text, visible_characters
from tests.servers.telegram_rules import RefusedError, check_markup

BATCHES = 40
IN_BATCH = 250


async def measure() -> Sequence[str]:
    """About ten minutes."""
    return await asyncio.to_thread(judged, BATCHES)


def judged(batches: int) -> Sequence[str]:
    """The figures of so many batches."""
    counts = {"posts": 0, "Telegram": 0, "Slack": 0}
    for number in range(batches):
        _batch(number, counts)
    return [
        f"{counts['posts']} fuzzed posts: refused by TDLib or Telegram's rules {counts['Telegram']}, "
        f"by the Block Kit schema or Slack's rules {counts['Slack']}"
    ]


def _batch(number: int, counts: dict[str, int]) -> None:
    @seed(number)
    @settings(
        max_examples=IN_BATCH,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(posts)
    def judge(post: Post) -> None:
        counts["posts"] += 1
        counts["Telegram"] += not _telegram_takes(post)
        counts["Slack"] += not _slack_takes(post)

    judge()


def _telegram_takes(post: Post) -> bool:
    try:
        for text in post_html(post):
            parse_text(text, "HTML")
        markup = keyboard(post.buttons)
        return markup is None or check_markup(json.loads(json.dumps(markup.to_dict()))) == []
    except (BadTextError, RefusedError, UnicodeError):
        return False


def _slack_takes(post: Post) -> bool:
    return all(
        block_flaws(blocks) == [] and visible_characters(blocks) <= SAFE_TOTAL and 0 < len(text) <= SAFE_TEXT
        for text, blocks in post_blocks(post)
    )
