"""The loop of the process that reads HTML pages: previews, lists of news, articles, links to feeds.

Started by `PageReader` as `python -m bot.feeds.page_worker`; ends when its input closes. Apart from the parsing of
feeds, since its libraries take half a second to load and fifty megabytes, and most bots read few pages.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Mapping

from bot.feeds.article import article_text
from bot.feeds.discovery import feed_addresses
from bot.feeds.newslist import parse_newslist
from bot.feeds.page import PageError
from bot.feeds.telegram_preview import parse_preview
from bot.feeds.worker_main import limit_memory, receive, send
from bot.model import Failed

JOBS: Mapping[str, Callable[..., object]] = {
    "article": article_text,
    "feeds": feed_addresses,
    "newslist": parse_newslist,
    "telegram": parse_preview,
}


def main() -> None:
    jobs, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not mix with the results
    limit_memory()
    send(results, None)  # ready
    while (message := receive(jobs)) is not None:
        send(results, _done(*pickle.loads(message)))  # noqa: S301  (written by our own parent)


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
    main()
