"""Everything that answers, put together as the application does, and people who type and press."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.access import Mode
from bot.access_commands import AccessCommands
from bot.allowance import Allowance
from bot.claims import new_claim
from bot.commands import Commands
from bot.forms import HandleForm, HandleHome
from bot.gate import Gate
from bot.managing import Managing
from bot.model import Channel, Command, Delivery, Press, Receipt, Reply, Subscription, new_id
from bot.notices import Notices
from bot.operator_commands import OperatorCommands
from bot.personal import PersonalCommands
from bot.ports import HandleInline
from bot.presses import Router
from bot.reception import Reception
from bot.storage import Claim, Sent, Store
from rules import Pack

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
GROUP = Channel.parse("telegram:-100500")
OPERATOR = "telegram:42"


@dataclass(slots=True, kw_only=True)
class House:
    """One run of the application's answering part; time moves by hand."""

    store: Store
    pack: Pack
    mode: Mode = "approval"
    allowed: tuple[Channel, ...] = (GROUP,)
    per_minute: int = 1000
    inline: HandleInline | None = None
    form: HandleForm | None = None
    home: HandleHome | None = None
    managing: Managing | None = None
    now: datetime = NOW
    woken: int = 0
    corrected: int = 0
    reception: Reception = field(init=False)
    gate: Gate = field(init=False)
    notices: Notices = field(init=False)

    def __post_init__(self) -> None:
        gate = self.gate = Gate(store=self.store, allowed=self.allowed, mode=self.mode)
        access = AccessCommands(store=self.store, gate=gate, clock=self._clock, on_deliveries=self._wake)
        operator = OperatorCommands(
            store=self.store, pack=self.pack, gate=gate, clock=self._clock, on_corrected=self._corrected
        )
        personal = PersonalCommands(store=self.store, clock=self._clock)
        self.reception = Reception(
            store=self.store,
            gate=gate,
            access=access,
            commands=Commands(store=self.store, pack=self.pack, access=gate, clock=self._clock),
            answers={**access.answers, **operator.answers, **personal.answers},
            presses=Router(access.presses, operator.presses, personal.presses),
            allowance=Allowance(self.per_minute),
            clock=self._clock,
            inline=self.inline,
            managing=self.managing,
            form=self.form,
            home=self.home,
        )
        self.notices = Notices(
            store=self.store, operators=gate.operator_channels, clock=self._clock, on_deliveries=self._wake
        )

    def _clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)  # ids are in the order of what happened
        return self.now

    def _wake(self) -> None:
        self.woken += 1

    def _corrected(self) -> None:
        self.corrected += 1

    async def reply(
        self,
        text: str,
        *,
        who: str = "telegram:7",
        where: Channel | str | None = None,
        manager: bool = True,
        reply_to: str | None = None,
        called: str = "",
    ) -> Reply | None:
        """What `who` is answered; in the own private chat unless `where` says another."""
        channel = Channel.parse(where) if isinstance(where, str) else where or Channel.parse(who)
        name, _, args = text.partition(" ")
        return await self.reception.command(
            Command(
                name=name,
                args=args,
                channel=channel,
                user=who,
                private=channel.key == who or channel.address.startswith("D"),
                manager=manager,
                reply_to=reply_to,
                called=called,
            )
        )

    async def say(
        self,
        text: str,
        *,
        who: str = "telegram:7",
        where: Channel | str | None = None,
        manager: bool = True,
        reply_to: str | None = None,
        called: str = "",
    ) -> str:
        """The answer's words; fails where there is silence."""
        reply = await self.reply(text, who=who, where=where, manager=manager, reply_to=reply_to, called=called)
        assert reply is not None
        return words(reply)

    async def subscribe(self, filter_: str, *, who: str = "telegram:7", where: Channel | None = None) -> None:
        """What `who` chose for this chat."""
        now = self._clock()
        channel = where or Channel.parse(who)
        made = Subscription(id=new_id(now), channel=channel, filter=filter_, created_at=now, created_by=who)
        assert await self.store.add_subscription(made)

    async def press(self, action: str, *, who: str = OPERATOR, where: Channel | None = None) -> Reply:
        channel = where or Channel.parse(who)
        reply = await self.reception.press(
            Press(
                action=action,
                channel=channel,
                message_id="1",
                user=who,
                private=channel.key == who,
                manager=True,
            )
        )
        assert reply is not None
        return reply

    async def claim(self, who: str = OPERATOR) -> None:
        """Make `who` the operator, as the code of the terminal does."""
        code = await new_claim(self.store, by="start", now=self.now)
        assert "operator" in await self.say(f"start claim-{code}", who=who)

    async def sent(self) -> list[Claim]:
        """What is sent now, oldest first; taken as sent."""
        await self.notices.tick()
        found: list[Claim] = []
        while claims := await self.store.claim_deliveries(self._clock(), 3600, 100, "test"):
            found += claims
            receipt = Receipt(message_id=str(len(found)))
            await self.store.record([Sent(delivery=one.delivery, receipt=receipt, at=self.now) for one in claims])
        return found

    async def send(self, alert_id: str, channel: Channel, message_id: str) -> None:
        """Put an alert into a chat, as delivered."""
        delivery = Delivery(id=new_id(self._clock()), alert_id=alert_id, channel=channel, due_at=self.now)
        async with self.store.write() as tx:
            await tx.add_deliveries([delivery])
        await self.store.record([Sent(delivery=delivery, receipt=Receipt(message_id=message_id), at=self.now)])


def words(reply: Reply) -> str:
    rows = ["".join(run.text for run in line) for line in reply.lines]
    return "\n".join([*rows, *(card.headline for card in reply.cards)])


def actions(claim: Claim) -> list[str]:
    """What the buttons under a sent message do."""
    return [button.action for row in claim.buttons for button in row]
