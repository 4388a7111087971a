"""The answering side, put together: who may ask, what answers commands and buttons, who becomes the operator."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from bot.access_commands import AccessCommands
from bot.adapters import managed_chat, private_link
from bot.allowance import Allowance
from bot.catalogue import Catalogue
from bot.claims import PAYLOAD, announcement, new_claim
from bot.commands import Commands
from bot.config import Config
from bot.elsewhere import Elsewhere
from bot.feed_commands import FeedCommands
from bot.forecast import Forecaster
from bot.gate import Gate
from bot.home import Home
from bot.managing import Managing
from bot.model import Channel, Platform
from bot.operator_commands import OperatorCommands
from bot.personal import PersonalCommands
from bot.ports import Adapter, Clock
from bot.presses import Router
from bot.reception import Reception
from bot.settings_commands import SettingsCommands
from bot.storage import Store
from bot.subscribe_form import SubscribeForm
from bot.subscribing import Subscribing
from bot.subscription_list import SubscriptionList
from rules import Pack, Rates


def gate_of(config: Config, store: Store) -> Gate:
    """The permissions: those of the configuration, and those given since."""
    return Gate(
        store=store,
        allowed=config.allowed,
        operator=config.access.operator_chat,
        mode=config.access.mode,
    )


def reception_of(
    config: Config,
    *,
    store: Store,
    pack: Pack,
    gate: Gate,
    catalogue: Catalogue,
    adapters: Mapping[Platform, Adapter],
    clock: Clock,
    wake: Callable[[], None],
    on_corrected: Callable[[], None],
    rates: Callable[[], Rates],
) -> Reception:
    """What answers commands and buttons, with every part that takes some of them. `adapters` may be filled later."""

    async def managed(chat: Channel, user: str) -> str | None:
        adapter = adapters.get(chat.platform)
        return await managed_chat(adapter, chat, user) if adapter else None

    feeds = FeedCommands(store=store, catalogue=catalogue, clock=clock)
    commands = Commands(store=store, pack=pack, access=gate, clock=clock, rates=rates, feeds=feeds)
    access = AccessCommands(store=store, gate=gate, clock=clock, on_deliveries=wake)
    operator = OperatorCommands(store=store, pack=pack, gate=gate, clock=clock, on_corrected=on_corrected)
    personal = PersonalCommands(store=store, clock=clock)
    forecaster = Forecaster(store=store, pack=pack, rates=rates)
    subscribing = Subscribing(store=store, pack=pack, forecaster=forecaster, clock=clock)
    listed = SubscriptionList(store=store, pack=pack, clock=clock, on_deliveries=wake)
    settings = SettingsCommands(store=store, pack=pack, forecaster=forecaster, clock=clock, on_deliveries=wake)
    of_a_chat = {**subscribing.answers, **listed.answers, **settings.answers}
    elsewhere = Elsewhere(
        store=store,
        gate=gate,
        managed=managed,
        answers={name: answer for name, answer in of_a_chat.items() if name != "start"},
        presses=Router(subscribing.presses, listed.presses, settings.presses),
    )
    managing = Managing(store=store, who=config.slack.who_may_change, clock=clock)
    form = SubscribeForm(store=store, pack=pack, forecaster=forecaster, clock=clock, on_deliveries=wake)
    home = Home(store=store, gate=gate, managing=managing, clock=clock)
    return Reception(
        store=store,
        gate=gate,
        access=access,
        commands=commands,
        answers={
            **access.answers,
            **operator.answers,
            **personal.answers,
            **elsewhere.answers,
            **of_a_chat,
        },
        presses=Router(
            access.presses,
            operator.presses,
            personal.presses,
            subscribing.presses,
            listed.presses,
            settings.presses,
            elsewhere.presses,
            managing.presses,
            commands.presses,
        ),
        inline=commands.inline,
        managing=managing,
        form=form.answer,
        home=home.page,
        allowance=Allowance(config.access.lookups_per_minute),
        clock=clock,
    )


async def offer_claim(
    store: Store,
    gate: Gate,
    adapters: Mapping[Platform, Adapter],
    clock: Clock,
    announce: Callable[[str], None] | None,
) -> None:
    """While nobody is the operator, offer it to whoever reads the terminal: through `announce`, or on standard
    error."""
    chats = [platform for platform in ("telegram", "slack") if platform in adapters]
    if not chats or await gate.operator_channels():
        return
    code = await new_claim(store, by="start", now=clock())
    links = (private_link(adapter, f"{PAYLOAD}{code}") for adapter in adapters.values())
    link = next((link for link in links if link), None)
    (announce or _to_terminal)(announcement(code, telegram="telegram" in chats, slack="slack" in chats, link=link))


def _to_terminal(words: str) -> None:
    sys.stderr.write(f"{words}\n")
