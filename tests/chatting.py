"""A chat with everything that answers about subscriptions and settings: type a command, press a button, read the
words; on a real store, the clock moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.forecast import Forecaster
from bot.model import Channel, Command, Press, Reply
from bot.presses import Router
from bot.settings import ChannelSettings
from bot.settings_commands import SettingsCommands
from bot.storage import Store
from bot.subscribing import Subscribing
from bot.subscription_list import SubscriptionList
from rules import Pack

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)  # 14:02 in India
CHAT = Channel.parse("telegram:-100500")


@dataclass(slots=True)
class Chat:
    """One chat and the one who writes there."""

    store: Store
    pack: Pack
    now: datetime = NOW
    channel: Channel = CHAT
    manager: bool = True
    lang: str | None = None
    zone: str | None = None
    present: bool = True
    last: Reply = field(default_factory=Reply)

    async def say(self, text: str) -> str:
        """The words of the answer to a command."""
        name, _, args = text.partition(" ")
        command = Command(
            name=name,
            args=args,
            channel=self.channel,
            user="telegram:7",
            private=False,
            manager=self.manager,
            lang=self.lang,
            zone=self.zone,
            present=self.present,
        )
        answers = {name: answer for part in self._parts() for name, answer in part.answers.items()}
        self.now += timedelta(seconds=1)
        self.last = await answers[name](command)
        return words(self.last)

    async def press(self, text: str, toast: bool = False) -> str:
        """The words of the answer to the button of the last answer that is called so."""
        action = next((b.action for row in self.last.buttons for b in row if b.text.startswith(text)), None)
        assert action is not None, f"no button {text!r}: {[[b.text for b in row] for row in self.last.buttons]}"
        return await self.act(action, toast=toast)

    async def act(self, action: str, toast: bool = False) -> str:
        assert len(action.encode()) <= 64
        press = Press(
            action=action,
            channel=self.channel,
            message_id="1",
            user="telegram:7",
            private=False,
            manager=self.manager,
            lang=self.lang,
            zone=self.zone,
            present=self.present,
        )
        self.now += timedelta(seconds=1)
        reply = await Router(*(part.presses for part in self._parts())).press(press)
        assert reply is not None
        if toast:
            return reply.toast or ""
        self.last = reply
        return words(reply)

    async def settings(self) -> ChannelSettings | None:
        return await self.store.channel_settings(self.channel)

    async def filters(self) -> list[str]:
        return [one.filter for one in await self.store.subscriptions(self.channel)]

    def _parts(self) -> tuple[SettingsCommands, Subscribing, SubscriptionList]:
        forecaster = Forecaster(store=self.store, pack=self.pack)
        return (
            SettingsCommands(
                store=self.store,
                pack=self.pack,
                forecaster=forecaster,
                clock=lambda: self.now,
                on_deliveries=lambda: None,
            ),
            Subscribing(store=self.store, pack=self.pack, forecaster=forecaster, clock=lambda: self.now),
            SubscriptionList(store=self.store, pack=self.pack, clock=lambda: self.now, on_deliveries=lambda: None),
        )


def words(reply: Reply) -> str:
    rows = ["".join(run.text for run in line) for line in reply.lines]
    return "\n".join([*rows, *(f"{card.label}\n{card.headline}" for card in reply.cards)])
