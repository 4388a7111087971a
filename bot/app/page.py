"""The page that is served, and what calls us there: hubs that push news, platforms with webhooks."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack

from bot.catalogue import Catalogue
from bot.config import Config
from bot.feeds import Fetcher
from bot.model import Platform
from bot.ports import Adapter, Clock
from bot.storage import Store
from bot.web import Web, WebError
from bot.websub import WebSub

log = logging.getLogger(__name__)


async def websub_of(
    config: Config, store: Store, fetcher: Fetcher, catalogue: Catalogue, clock: Clock
) -> WebSub | None:
    """The subscriptions at hubs; None where nobody outside can reach our page."""
    if not config.web.enabled or not config.web.public_url:
        return None

    async def polled() -> frozenset[str]:
        return frozenset(feed.id for feed in await catalogue.polled())

    return WebSub(
        public_url=config.web.public_url,
        post=fetcher.post,
        wake=store.hasten,
        polled=polled,
        keep=store.keep_hub_subscriptions,
        clock=clock,
        key=_hub_key(config),
        stored=await store.hub_subscriptions(),
        trusted=config.polling.allow_private,
    )


def _hub_key(config: Config) -> bytes:
    """The same at each start for as long as the platforms' secrets are; without any of them one of chance, with which
    hubs are asked anew after each."""
    slack = config.slack
    secrets = (config.telegram.token, slack.bot_token, slack.signing_secret, slack.token_key)
    texts = [each.get_secret_value() for each in secrets]
    if not any(texts):
        return os.urandom(32)
    return hashlib.sha256("\0".join(("websub", *texts)).encode()).digest()


async def serve_page(
    stack: AsyncExitStack,
    config: Config,
    store: Store,
    refresh_s: int,
    websub: WebSub | None,
    adapters: Mapping[Platform, Adapter],
) -> str | None:
    """The address of the page, which `stack` closes; None: it is switched off or could not be opened."""
    if not config.web.enabled:
        return None
    try:
        page = await stack.enter_async_context(
            Web(
                store,
                host=config.web.host,
                port=config.web.port,
                refresh_s=refresh_s,
                websub=websub,
                inlets=[inlet for adapter in adapters.values() for inlet in adapter.inlets],
            )
        )
    except WebError as error:
        log.error("the page is off: %s", error)
        for platform, adapter in adapters.items():
            if adapter.inlets:
                log.error("%s cannot call us: it brings no commands until the page is served", platform)
        return None
    return page.url
