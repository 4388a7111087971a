"""/export and /forget: what is kept about the person who asks, and an end of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.asking import manner
from bot.model import Button, Command, Press, Reply, Run, line, text_reply
from bot.ports import Clock, HandlePress
from bot.storage import AuditEntry, Personal, Store

CONFIRM = "forget:yes"
KEEP = "forget:no"


class PersonalCommands:
    """Answered where nobody else reads along: in the private chat, and in Slack to the asker alone."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.presses: Mapping[str, HandlePress] = {"forget": self._pressed}
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "export": self._export,
            "forget": self._forget,
        }

    async def _export(self, command: Command) -> Reply:
        _, words = await manner(self._store, command)
        if not _alone(command):
            return text_reply(words.say("Send this in our private chat: others read here."))
        rows = rows_of(await self._store.personal(command.user))
        if not rows:
            return text_reply(words.say("Nothing is kept about you."))
        head = words.count(
            "{n} record about you, a JSON object a line:",
            "{n} records about you, a JSON object a line:",
            len(rows),
        )
        return Reply(lines=(line(head), *(line(Run(text=row, style="code")) for row in rows)))

    async def _forget(self, command: Command) -> Reply:
        _, words = await manner(self._store, command)
        if not _alone(command):
            return text_reply(words.say("Send this in our private chat: others read here."))
        kept = words.say(
            "Deleted: your requests for access, your name on subscriptions, on corrections and in the audit and, "
            "in a private chat, its subscriptions, its permission and the record of what was sent there.\n"
            "Kept: what a group or channel owns, its subscriptions among them, without your name; messages in "
            "chats; an operator stays one until somebody takes that away. {export} shows all of it first.",
            export="/dealwire export" if command.channel.platform == "slack" else "/export",
        )
        return Reply(
            lines=tuple(line(row) for row in kept.split("\n")),
            buttons=(
                (
                    Button(text=words.say("Delete my data"), action=CONFIRM),
                    Button(text=words.say("Keep it"), action=KEEP),
                ),
            ),
        )

    async def _pressed(self, press: Press) -> Reply:
        _, words = await manner(self._store, press)
        if press.action != CONFIRM:
            return replace(text_reply(words.say("Nothing was deleted.")), replace=True)
        if not press.private:
            return Reply(toast=words.say("Send this in our private chat: others read here."))
        async with self._store.write() as tx:
            await tx.forget(press.user, replace(press.channel, thread=None))
            await tx.add_audit(AuditEntry.of("forget", "a person's data", who="forgotten", at=self._clock()))
        return replace(text_reply(words.say("Deleted. Nothing here bears your name any more.")), replace=True)


def rows_of(personal: Personal) -> list[str]:
    """Everything as JSON, an object a line; empty: nothing is kept."""
    rows: list[dict[str, object]] = []
    if personal.operator:
        rows.append({"kind": "operator"})
    rows += [
        {
            "kind": "subscription",
            "channel": one.channel.key,
            "filter": one.filter,
            "at": one.created_at.isoformat(),
        }
        for one in personal.subscriptions
    ]
    rows += [
        {
            "kind": "request",
            "chat": one.chat.key,
            "called": one.called,
            "at": one.asked_at.isoformat(),
            "state": one.state,
        }
        for one in personal.requests
    ]
    rows += [
        {
            "kind": one.kind,
            "alert": one.alert_id,
            "reason": one.reason,
            "at": one.asked_at.isoformat(),
            "state": one.state,
        }
        for one in personal.corrections
    ]
    rows += [
        {"kind": "audit", "action": one.action, "words": one.words, "place": one.place, "at": one.at.isoformat()}
        for one in personal.audit
    ]
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def _alone(command: Command) -> bool:
    """Whether only the asker reads the answer. A slash command of Slack is answered so everywhere, a mention is
    not, and the two cannot be told apart here: so a private chat is asked for everywhere."""
    return command.private
