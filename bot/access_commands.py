"""Getting in: claiming the bot, asking for access, deciding about those who ask.

A chat that asks is stored, the operator gets a notice with buttons, and the chat is told the decision by a message
of the outbox, written in the transaction of the decision.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Literal

from bot.access import chat_key
from bot.claims import PAYLOAD, hash_of, new_claim
from bot.commands import typed
from bot.gate import Gate
from bot.i18n import Words, language_of, later, words_in
from bot.model import (
    Alert,
    Button,
    Card,
    Channel,
    Command,
    Delivery,
    Notice,
    Press,
    Reply,
    line,
    new_id,
    new_ids,
    text_reply,
)
from bot.ports import Clock, HandlePress
from bot.storage import AccessRequest, AuditEntry, Operator, Store, Transaction

MOST_WAITING = 500  # requests; whoever comes then is asked to come again
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
            "approve": lambda command: self._decide(command, "approved"),
            "refuse": lambda command: self._decide(command, "refused"),
        }

    # --- claiming ---

    async def claim(self, command: Command) -> Reply | None:
        """The answer to a code, whoever sends it; None: this command brings no code."""
        code = _code_in(command)
        if code is None:
            return None
        words = _words(command)
        if not code:
            return await self._hand_out(command)
        if not command.private and command.channel.platform == "telegram":
            return text_reply(words.say("Send this to me in our private chat, and soon: others have seen it here."))
        now = self._clock()
        operator = Operator(who=command.user, channel=_own_channel(command), since=now)
        async with self._store.write() as tx:
            claimed = await tx.use_claim(hash_of(code), operator)
            if claimed:
                await tx.add_audit(
                    AuditEntry.of("claim", "is an operator now", who=command.user, at=now, channel=command.channel)
                )
        if not claimed:
            return text_reply(
                words.say(
                    "This code does not hold: it was used, is older than a day, or is mistyped. Dealwire prints a "
                    "new one when it starts without an operator."
                )
            )
        return text_reply(
            words.say(
                "You are this bot's operator now: notices come to you, and nobody else can use the code.\n"
                "{approve} lists who asks for access, {audit} shows what was changed, {help} all commands.",
                approve=typed(command.channel, "approve"),
                audit=typed(command.channel, "audit"),
                help=typed(command.channel, "help"),
            )
        )

    async def _hand_out(self, command: Command) -> Reply:
        """A new code for a colleague, made by an operator."""
        words = _words(command)
        if not self._gate.is_operator(command):
            return text_reply(words.say("Which code? It stands in the terminal where Dealwire was started."))
        if not command.private and command.channel.platform == "telegram":
            return text_reply(words.say("Send this in our private chat."))
        code = await new_claim(self._store, by=command.user, now=self._clock())
        return Reply(
            lines=(
                line(words.say("Whoever sends me this within 24 hours becomes an operator, too; it works once:")),
                line(f"{typed(command.channel, 'claim')} {code}"),
            )
        )

    # --- asking ---

    async def refuse_stranger(self, command: Command) -> Reply:
        """What somebody is told who may not use the bot; /start asks for access where one may ask."""
        words = _words(command)
        chat = chat_key(command.channel)
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
                    start=typed(command.channel, "start"),
                )
            )
        if not command.manager:
            return text_reply(words.say("Only administrators of this chat can ask for access."))
        return await self._ask(command)

    async def _ask(self, command: Command) -> Reply:
        words = _words(command)
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
        if full:
            return text_reply(words.say("Too many chats are waiting for an answer. Please come again tomorrow."))
        return text_reply(
            words.say("Asked: the operator decides whether this chat may use the bot, and you will be told here.")
        )

    # --- deciding ---

    async def _decide(self, command: Command, verdict: Verdict) -> Reply:
        """/approve and /refuse: a number of the list, or a chat; nothing: the list."""
        words = _words(command)
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
            chat = replace(Channel.parse(asked), thread=None)
        except ValueError as error:
            return text_reply(str(error))
        for request in waiting:
            if request.chat == chat:
                return await self._settle(request.id, verdict, command.user, words)
        return await (self._allow if verdict == "approved" else self._disallow)(command, chat)

    def _list(self, waiting: list[AccessRequest], words: Words, channel: Channel) -> Reply:
        if not waiting:
            return text_reply(
                words.say(
                    "Nobody asks for access. To allow a chat: {approve} telegram:-1001234567890",
                    approve=typed(channel, "approve"),
                )
            )
        rows = [f"{number}. {_who(request)}" for number, request in enumerate(waiting[:LISTED], 1)]
        if len(waiting) > LISTED:
            rows.append(words.say("and {more} more", more=len(waiting) - LISTED))
        return Reply(
            lines=tuple(line(row) for row in (words.say("These chats ask for access:"), *rows)),
            buttons=tuple(_choice(request, words) for request in waiting[:BUTTONS]),
        )

    async def _pressed(self, press: Press, verdict: Verdict) -> Reply:
        words = words_in(language_of(press.lang))
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
        words, now = _words(command), self._clock()
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
        words, now = _words(command), self._clock()
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
        words="a private chat" if command.private else f"a chat; asked by {request.asked_by}",
        at=request.asked_at,
        buttons=(_choice(request, words_in("en")),),
    )


def _choice(request: AccessRequest, words: Words) -> tuple[Button, ...]:
    who = request.called[:24] or request.chat.key
    return (
        Button(text=words.say("Approve {who}", who=who), action=f"approve:{request.id}"),
        Button(text=words.say("Refuse"), action=f"refuse:{request.id}"),
    )


def _who(request: AccessRequest) -> str:
    return f"{request.called} ({request.chat.key})" if request.called else request.chat.key


async def _answer_asker(tx: Transaction, decided: AccessRequest, clock: Clock) -> None:
    """Queues the message that tells the chat what was decided."""
    now = clock()
    words, begin = words_in(language_of(decided.lang)), typed(decided.chat, "start")
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
    told = Alert(
        id=message,
        story_id="",
        item_id="",
        kind="notice",
        importance="normal",
        card=card,
        terms=(),
        created_at=now,
    )
    await tx.add_bulletin(told, [Delivery(id=delivery, alert_id=message, channel=decided.asked_in, due_at=now)])


def _words(command: Command) -> Words:
    return words_in(language_of(command.lang))
