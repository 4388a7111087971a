"""Which part answers which command and which button about the subscriptions of a chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.matching import Matcher
from bot.model import Command, Reply
from bot.ports import Clock, HandlePress
from bot.storage import Store
from bot.subscription_list.changing import Changing
from bot.subscription_list.pages import Pages
from bot.subscription_list.pausing import Pausing
from rules import Pack


class SubscriptionList:
    """Answers from the store."""

    def __init__(self, *, store: Store, pack: Pack, clock: Clock, on_deliveries: Callable[[], None]) -> None:
        pages = Pages(store)
        matcher = Matcher(pack)
        changing = Changing(store=store, pack=pack, matcher=matcher, clock=clock, pages=pages)
        pausing = Pausing(store=store, matcher=matcher, clock=clock, pages=pages, on_deliveries=on_deliveries)
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "subscriptions": pages.subscriptions,
            "unsubscribe": changing.unsubscribe,
            "edit": changing.edit,
            "pause": pausing.pause,
            "resume": pausing.resume,
        }
        self.presses: Mapping[str, HandlePress] = {
            "subs": pages.press_page,
            "subone": pages.press_one,
            "subedit": changing.press_edit,
            "subset": changing.press_preset,
            "subend": changing.press_end,
            "subpause": pausing.press_pause,
            "subresume": pausing.press_resume,
        }
