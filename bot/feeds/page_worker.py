"""The loop of the process that reads HTML pages: previews, lists of news, articles, links to feeds.

Started by `PageReader` as `python -m bot.feeds.page_worker`; ends when its input closes. Apart from the parsing of
feeds, since its libraries take half a second to load and fifty megabytes, and most bots read few pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.feeds.article import article_text
from bot.feeds.discovery import feed_addresses
from bot.feeds.newslist import parse_newslist
from bot.feeds.page import PageError
from bot.feeds.telegram_preview import parse_preview
from bot.feeds.worker_pipe import serve
from bot.model import Failed

JOBS: Mapping[str, Callable[..., object]] = {
    "article": article_text,
    "feeds": feed_addresses,
    "newslist": parse_newslist,
    "telegram": parse_preview,
}


def _done(name: str, *arguments: object) -> object:
    try:
        return JOBS[name](*arguments)
    except PageError as error:
        return Failed(reason=str(error))
    except MemoryError:
        return Failed(reason="a page that needs too much memory to read")
    except Exception as error:  # lxml and trafilatura raise many things on hostile pages
        return Failed(reason=f"a damaged page that cannot be read ({type(error).__name__})")


if __name__ == "__main__":
    serve(_done)
