"""Getting in: claiming the bot, asking for access, deciding about those who ask.

A chat that asks is stored, the operator gets a notice with buttons, and the chat is told the decision by a message
of the outbox, written in the transaction of the decision.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Literal

from bot.access import chat_key, workspace_of
from bot.asking import manner, slashed
from bot.claims import PAYLOAD, hash_of, new_claim
from bot.gate import Gate
from bot.i18n import Words, language_of, later, words_in
from bot.model import (
    Alert,
    Button,
    Card,
    Channel,
    Choice,
    Command,
    Delivery,
    Notice,
    Press,
    Reply,
    line,
    new_id,
    new_ids,
    said,
    text_reply,
)
from bot.ports import Clock, HandlePress
from bot.settings import ChannelSettings
from bot.storage import AccessRequest, AuditEntry, Opens, Operator, Store, Transaction

ASK = "access"  # behind /start: the way into the private chat from a place where a stranger was not answered
MOST_WAITING = 500  # requests; whoever comes then is asked to come again
WORKSPACE = "workspace"  # behind the operator's /claim: a code for a Slack workspace
HERE = "here"  # behind /approve and /refuse: the chat in which the operator says so
LISTED = 20
BUTTONS = 8  # rows of them under a list
STATES = {"waiting": later("still open"), "approved": later("approved"), "refused": later("refused")}

Verdict = Literal["approved", "refused"]


class AccessCommands:
    """Answers /claim, /approve, /refuse, the start of strangers, and the buttons Approve and Refuse."""

    def __init__(self, *, store: Store, gate: Gate, clock: Clock, on_deliveries: Callable[[], None]) -> None:
        self._store = store
        self._gate = gate
        self._clock = clock
        self._on_deliveries = on_deliveries
        self.presses: Mapping[str, HandlePress] = {
            "approve": lambda press: self._pressed(press, "approved"),
            "refuse": lambda press: self._pressed(press, "refused"),
        }
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "demote": self._demote,
            "approve": lambda command: self._decide(command, "approved"),
            "refuse": lambda command: self._decide(command, "refused"),
        }

    # --- claiming ---

    async def claim(self, command: Command) -> Reply | None:
        """The answer to a code, whoever sends it; None: this command brings no code."""
        code = _code_in(command)
        if code is None:
            return None
        _, words = await manner(self._store, command)
        if code in ("", WORKSPACE):
            return await self._hand_out(command, "workspace" if code else "operator")
        if not command.private and command.channel.platform == "telegram":
            return text_reply(words.say("Send this to me in our private chat, and soon: others have seen it here."))
        now = self._clock()
        operator = Operator(who=command.user, channel=_own_channel(command), since=now)
        workspace = workspace_of(command.channel)
        async with self._store.write() as tx:
            claimed = await tx.use_claim(hash_of(code), operator)
            let_in = workspace if not claimed and workspace is not None else None
            if let_in and not await tx.use_workspace_claim(hash_of(code), let_in, by=command.user, now=now):
                let_in = None
            if let_in:
                entry = AuditEntry.of("approve", f"{let_in.key} by a code", who=command.user, at=now, channel=let_in)
                await tx.add_audit(entry)
            if claimed:
                if workspace is not None:  # whoever runs the bot may use it in the own workspace
                    await tx.allow_chat(workspace, by=command.user, now=now)
                if not await tx.channel_settings([operator.channel]):  # notices come in the language of who claimed
                    await tx.save_channel_settings(operator.channel, ChannelSettings(lang=words.lang))
                await tx.add_audit(
                    AuditEntry.of("claim", "is an operator now", who=command.user, at=now, channel=command.channel)
                )
        if let_in:
            return text_reply(
                words.say(
                    "This workspace may use Dealwire now, in every channel. {start} shows how to begin.",
                    start=slashed(command.channel, "start"),
                )
            )
        if not claimed:
            return text_reply(
                words.say(
                    "This code does not hold: it was used, is older than a day, or is mistyped. Dealwire prints a "
                    "new one when it starts without an operator."
                )
            )
        told = words.say(
            "You are this bot's operator now: notices come to you, and nobody else can use the code.\n"
            "{approve} lists who asks for access, {audit} shows what was changed, {help} all commands.",
            approve=slashed(command.channel, "approve"),
            audit=slashed(command.channel, "audit"),
            help=slashed(command.channel, "help"),
        )
        if command.channel.platform == "slack" and workspace is None and self._gate.mode != "open":
            here = slashed(command.channel, f"approve {HERE}")
            told += "\n" + words.say("In a channel, {here} lets its members use the bot.", here=here)
        return text_reply(told)

    async def _hand_out(self, command: Command, opens: Opens) -> Reply:
        """A new code for a colleague or for a Slack workspace, made by an operator."""
        _, words = await manner(self._store, command)
        if not self._gate.is_operator(command):
            return text_reply(words.say("Which code? It stands in the terminal where Dealwire was started."))
        if not command.private and command.channel.platform == "telegram":
            return text_reply(words.say("Send this in our private chat."))
        code = await new_claim(self._store, by=command.user, now=self._clock(), opens=opens)
        if opens == "workspace":
            told = words.say("Whoever types this in their Slack workspace within 24 hours lets it in; it works once:")
            return Reply(lines=(line(told), line(f"/dealwire claim {code}")))
        return Reply(
            lines=(
                line(words.say("Whoever sends me this within 24 hours becomes an operator, too; it works once:")),
                line(f"{slashed(command.channel, 'claim')} {code}"),
            )
        )

    # --- asking ---

    async def refuse_stranger(self, command: Command) -> Reply:
        """What somebody is told who may not use the bot; /start asks for access where one may ask."""
        _, words = await manner(self._store, command)
        chat = chat_key(command.channel)
        workspace = workspace_of(command.channel)
        if workspace is not None and self._gate.mode != "approval":
            return text_reply(
                words.say(
                    "Dealwire is installed here, but its operator has not let this workspace in yet.\n"
                    "Ask the operator for a one-time code and type {claim} CODE here, or ask the operator to send "
                    "{approve}.",
                    claim=slashed(command.channel, "claim"),
                    approve=f"/approve {workspace.key}",
                )
            )
        if self._gate.mode != "approval" and command.channel.platform == "slack" and not command.private:
            return text_reply(
                words.say(
                    "This bot is closed: it answers only the channels that its operator allowed.\n"
                    "Ask the operator to type {here} in this channel, or {approve} anywhere.",
                    here=slashed(command.channel, f"approve {HERE}"),
                    approve=slashed(command.channel, f"approve {chat}"),
                )
            )
        if self._gate.mode != "approval":
            return text_reply(
                words.say(
                    "This bot is closed: it answers only the chats that its operator allowed.\n"
                    'Ask the operator to add "{chat}" to allowed_chats, or to send me /approve {chat}.',
                    chat=chat,
                )
            )
        if command.name != "start":
            return text_reply(
                words.say(
                    "This bot answers only the chats that its operator allowed. {start} asks for access.",
                    start=slashed(command.channel, "start"),
                )
            )
        if not command.manager:
            return text_reply(words.say("Only administrators of this chat can ask for access."))
        return await self._ask(command)

    async def _ask(self, command: Command) -> Reply:
        _, words = await manner(self._store, command)
        chat = replace(command.channel, thread=None)
        before = await self._store.last_request_of(chat)
        if before is not None and before.state == "waiting":
            return text_reply(words.say("You asked already: the operator has yet to decide. You will be told here."))
        if before is not None and before.state == "refused":
            return text_reply(words.say("The operator refused this chat."))
        now = self._clock()
        request = AccessRequest(
            id=new_id(now),
            chat=chat,
            asked_in=command.channel,
            asked_by=command.user,
            called=" ".join(command.called.split())[:80],
            asked_at=now,
            lang=words.lang,
        )
        async with self._store.write() as tx:
            full = await tx.waiting_count() >= MOST_WAITING
            if not full and await tx.ask_access(request):
                await tx.add_notices([_notice(request, command)])
                await tx.add_audit(AuditEntry.of("ask", _who(request), who=command.user, at=now, channel=chat))
        if full:
            return text_reply(words.say("Too many chats are waiting for an answer. Please come again tomorrow."))
        return text_reply(
            words.say("Asked: the operator decides whether this chat may use the bot, and you will be told here.")
        )

    # --- operators ---

    async def _demote(self, command: Command) -> Reply:
        """/demote telegram:42, or a number of the list; nothing: the list."""
        _, words = await manner(self._store, command)
        if not self._gate.is_operator(command):
            return text_reply(words.say("That is for the operator."))
        there = await self._gate.operators()
        asked = command.args.strip()
        if asked.isdecimal() and 1 <= int(asked[:6]) <= len(there):
            asked = there[int(asked[:6]) - 1][0]
        if asked in ("", "list"):
            rows = [
                words.say("{n}. {who} (by the configuration)", n=n, who=who) if fixed else f"{n}. {who}"
                for n, (who, fixed) in enumerate(there, 1)
            ]
            how = words.say("To take the role from one: {command}", command=slashed(command.channel, "demote 2"))
            return text_reply("\n".join((words.say("These operate the bot:"), *rows, how)))
        return text_reply(await self._demoted(asked, command, dict(there), words))

    async def _demoted(self, who: str, command: Command, there: Mapping[str, bool], words: Words) -> str:
        if who not in there:
            return words.say("{who} is no operator.", who=who[:80])
        if there[who]:
            return words.say("{who} is an operator by the configuration: change operator_chat there.", who=who)
        now = self._clock()
        async with self._store.write() as tx:
            last = await tx.operator_count() < 2 and not any(there.values())
            ended = not last and await tx.end_operator(who)
            if ended:
                told = AuditEntry.of("demote", who, who=command.user, at=now, channel=command.channel)
                await tx.add_audit(told)
        if last:
            return words.say("{who} is the last operator, and stays: somebody else must claim the bot before.", who=who)
        return words.say("{who} is no operator any more.", who=who)

    # --- deciding ---

    async def _decide(self, command: Command, verdict: Verdict) -> Reply:
        """/approve and /refuse: a number of the list, or a chat; nothing: the list."""
        _, words = await manner(self._store, command)
        if not self._gate.is_operator(command):
            return text_reply(words.say("That is for the operator."))
        asked = command.args.strip()
        waiting = await self._store.waiting_requests()
        if asked in ("", "list"):
            return self._list(waiting, words, command.channel)
        if asked.isdecimal():
            if not 1 <= int(asked) <= len(waiting):
                return text_reply(words.say("There is no request with this number."))
            return await self._settle(waiting[int(asked) - 1].id, verdict, command.user, words)
        try:
            chat = replace(command.channel if asked == HERE else Channel.parse(asked), thread=None)
        except ValueError:
            example = "telegram:-1001234567890 · slack:C012AB3CD"
            told = words.say("{typed} names no chat. For example: {example}", typed=asked[:80], example=example)
            return text_reply(told)
        for request in waiting:
            if request.chat == chat:
                return await self._settle(request.id, verdict, command.user, words)
        return await (self._allow if verdict == "approved" else self._disallow)(command, chat)

    def _list(self, waiting: list[AccessRequest], words: Words, channel: Channel) -> Reply:
        if not waiting:
            return text_reply(
                words.say(
                    "Nobody asks for access. To allow a chat: {approve}", approve=slashed(channel, _example(channel))
                )
            )
        rows = [f"{number}. {_who(request)}" for number, request in enumerate(waiting[:LISTED], 1)]
        if len(waiting) > LISTED:
            rows.append(words.say("and {more} more", more=len(waiting) - LISTED))
        return Reply(
            lines=tuple(line(row) for row in (words.say("These chats ask for access:"), *rows)),
            buttons=tuple(
                tuple(Button(text=words.tell(choice.text), action=choice.action) for choice in _choices(request))
                for request in waiting[:BUTTONS]
            ),
        )

    async def _pressed(self, press: Press, verdict: Verdict) -> Reply:
        _, words = await manner(self._store, press)
        if not self._gate.is_operator(press):
            return Reply(toast=words.say("That is for the operator."))
        settled = await self._settle(press.action.partition(":")[2], verdict, press.user, words)
        return replace(settled, toast=words.say("Approved") if verdict == "approved" else words.say("Refused"))

    async def _settle(self, request_id: str, verdict: Verdict, by: str, words: Words) -> Reply:
        now = self._clock()
        async with self._store.write() as tx:
            decided = await tx.decide_request(request_id, verdict, by=by, now=now)
            if decided is not None:
                action = "approve" if verdict == "approved" else "refuse"
                await tx.add_audit(AuditEntry.of(action, _who(decided), who=by, at=now, channel=decided.chat))
                await _answer_asker(tx, decided, self._clock)
        if decided is None:
            known = await self._store.access_request(request_id)
            if known is None:
                return text_reply(words.say("This request is no longer there."))
            return text_reply(
                words.say("Decided before: {who}, {state}.", who=_who(known), state=words.say(STATES[known.state]))
            )
        self._on_deliveries()
        if verdict == "approved":
            return text_reply(words.say("Approved: {who}. The chat is told.", who=_who(decided)))
        return text_reply(words.say("Refused: {who}. The chat is told.", who=_who(decided)))

    async def _allow(self, command: Command, chat: Channel) -> Reply:
        """A chat that did not ask."""
        (_, words), now = await manner(self._store, command), self._clock()
        new = not self._gate.configured(chat)
        async with self._store.write() as tx:
            new = new and await tx.allow_chat(chat, by=command.user, now=now)
            if new:
                await tx.add_audit(AuditEntry.of("approve", chat.key, who=command.user, at=now, channel=chat))
        if not new:
            return text_reply(words.say("{chat} may use the bot already.", chat=chat.key))
        return text_reply(words.say("{chat} may use the bot now.", chat=chat.key))

    async def _disallow(self, command: Command, chat: Channel) -> Reply:
        """A chat that was allowed."""
        (_, words), now = await manner(self._store, command), self._clock()
        if self._gate.configured(chat):
            return text_reply(
                words.say("{chat} is allowed by the configuration: take it out of allowed_chats there.", chat=chat.key)
            )
        async with self._store.write() as tx:
            ended = await tx.disallow_chat(chat, "the operator took the permission away")
            if ended:
                await tx.add_audit(AuditEntry.of("refuse", chat.key, who=command.user, at=now, channel=chat))
        if not ended:
            return text_reply(words.say("{chat} was not allowed, and does not ask.", chat=chat.key))
        return text_reply(words.say("{chat} may no longer use the bot; its subscriptions ended.", chat=chat.key))


def _example(channel: Channel) -> str:
    """An approval, as the operator would type it there."""
    return "approve slack:C012AB3CD" if channel.platform == "slack" else "approve telegram:-1001234567890"


def _code_in(command: Command) -> str | None:
    """The code that the command brings, "" when it asks for one; None: it is about something else."""
    if command.name == "claim":
        return command.args.strip().removeprefix(PAYLOAD)
    if command.name == "start" and command.args.startswith(PAYLOAD):
        return command.args.removeprefix(PAYLOAD).strip() or None
    return None


def _own_channel(command: Command) -> Channel:
    """Where the person is reached alone: the private chat, which on Telegram bears the user's id, and which Slack
    opens where a user's id stands in the place of a channel's."""
    return Channel.parse(command.user) if command.channel.platform == "slack" else replace(command.channel, thread=None)


def _notice(request: AccessRequest, command: Command) -> Notice:
    return Notice(
        id=request.id,
        kind="asks",
        subject=_who(request),
        words=said("a private chat") if command.private else said("a chat; asked by {who}", who=request.asked_by),
        at=request.asked_at,
        buttons=(_choices(request),),
    )


def _choices(request: AccessRequest) -> tuple[Choice, ...]:
    who = request.called[:24] or request.chat.key
    return (
        Choice(text=said("Approve {who}", who=who), action=f"approve:{request.id}"),
        Choice(text=said("Refuse"), action=f"refuse:{request.id}"),
    )


def _who(request: AccessRequest) -> str:
    return f"{request.called} ({request.chat.key})" if request.called else request.chat.key


async def _answer_asker(tx: Transaction, decided: AccessRequest, clock: Clock) -> None:
    """Queues the message that tells the chat what was decided."""
    now = clock()
    words, begin = words_in(language_of(decided.lang)), slashed(decided.chat, "start")
    approved = decided.state == "approved"
    message, delivery = new_ids(now, 2)
    card = Card(
        label=words.say("ACCESS"),
        headline=words.say("This chat may use Dealwire now")
        if approved
        else words.say("This chat may not use Dealwire"),
        url=None,
        summary=words.say("The operator approved it. {begin} shows how to begin.", begin=begin)
        if approved
        else words.say("The operator refused it."),
        lang=words.lang,
        rows=(),
        sources=(),
        at=now,
    )
    told = Alert.notice(message, card, now)
    await tx.add_bulletin(told, [Delivery(id=delivery, alert_id=message, channel=decided.asked_in, due_at=now)])
