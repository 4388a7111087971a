"""The loop of one parsing process.

Started by `FeedParser` as `python -m bot.feeds.worker_main`; ends when its input closes. Imports only the
parser, so that a replacement is ready in a fraction of a second.
"""

from __future__ import annotations

from bot.feeds.parse import ParseError, parse_feed
from bot.feeds.wire import packed
from bot.feeds.worker_pipe import serve
from bot.model import Failed


def _parsed(body: bytes, content_type: str, url: str, seen: bytes) -> object:
    try:
        return packed(parse_feed(body, content_type, url, seen))
    except ParseError as error:
        return Failed(reason=str(error))
    except MemoryError:
        return Failed(reason="a feed that needs too much memory to parse")


if __name__ == "__main__":
    serve(_parsed)
