"""/correct, /retract, /audit, /backtest: what the operator does in the chat.

Others may propose a correction, which the operator makes or refuses by a button.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot import audit
from bot.asking import MENTION, manner, slashed
from bot.backtest import backtest, shown
from bot.corrections import REASON_MAX, corrected
from bot.filter_words import refused
from bot.gate import Gate
from bot.i18n import Words, later
from bot.model import Alert, Choice, Command, Notice, Press, Reply, Run, Said, line, new_id, said, text_reply
from bot.ports import Clock, HandlePress
from bot.storage import AuditEntry, Correction, CorrectionKind, Store
from bot.stories import card_in
from rules import FilterError, Pack

AUDITED = 20  # changes in one answer, unless asked for more
AUDITED_MAX = 100
_ID_LENGTH = 26  # of an alert's id, see `bot.model.new_id`


class OperatorCommands:
    """Whoever calls `answers` has seen to it that the chat may use the bot."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        gate: Gate,
        clock: Clock,
        on_corrected: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_corrected`: a correction was made, and waits in `Transaction.untold_corrections` for whoever tells
        those who have the alert."""
        self._store = store
        self._pack = pack
        self._gate = gate
        self._clock = clock
        self._on_corrected = on_corrected
        self.presses: Mapping[str, HandlePress] = {"amend": self._make, "leave": self._refuse}
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "correct": lambda command: self._correct(command, "correct"),
            "retract": lambda command: self._correct(command, "retract"),
            "audit": self._audit,
            "backtest": self._backtest,
        }

    # --- corrections ---

    async def _correct(self, command: Command, kind: CorrectionKind) -> Reply:
        _, words = await manner(self._store, command)
        alert, reason = await self._meant(command)
        if (alert is None or not reason) and command.channel.platform == "slack":  # no slash commands in threads
            return text_reply(
                words.say(
                    "In the alert's thread write what is wrong: {mention} it was talks, no contract.\n"
                    "Or anywhere, before the words, the alert's id, which {why} shows: {command}",
                    mention=f"{MENTION} {kind}",
                    command=f"{slashed(command.channel, kind)} 01k3…",
                    why=slashed(command.channel, "why"),
                )
            )
        if alert is None or not reason:
            return text_reply(
                words.say(
                    "Send this as a reply to the alert, with what is wrong: {command} it was talks, no contract.\n"
                    "Or with the alert's id, which {why} shows, before the words.",
                    command=slashed(command.channel, kind),
                    why=slashed(command.channel, "why"),
                )
            )
        now = self._clock()
        proposal = Correction(
            id=new_id(now),
            alert_id=alert.id,
            kind=kind,
            reason=reason[:REASON_MAX],
            asked_by=command.user,
            asked_in=command.channel,
            asked_at=now,
        )
        by_operator = self._gate.is_operator(command)
        async with self._store.write() as tx:
            await tx.add_correction(proposal)
            if not by_operator:
                await tx.add_notices([_notice(proposal, alert)])
                await tx.add_audit(_entry("propose", proposal, alert, command.user, now))
        if not by_operator:
            return text_reply(words.say("Proposed: the operator decides whether this alert is corrected."))
        return await self._decide(proposal, command.user, words)

    async def _meant(self, command: Command) -> tuple[Alert | None, str]:
        """The alert that is replied to, or named by its id; and what is said of it."""
        args = command.args.strip()
        if command.reply_to:
            alert = await self._store.alert_by_message(command.channel, command.reply_to)
            if alert is not None:
                return alert, args
        first, _, rest = args.partition(" ")
        if len(first) == _ID_LENGTH and first.isalnum():
            return await self._store.alert(first.lower()), rest.strip()
        return None, args

    async def _make(self, press: Press) -> Reply:
        _, words = await manner(self._store, press)
        proposal = await self._pressed(press, words)
        if isinstance(proposal, Reply):
            return proposal
        return replace(await self._decide(proposal, press.user, words), toast=words.say("Corrected"))

    async def _refuse(self, press: Press) -> Reply:
        _, words = await manner(self._store, press)
        proposal = await self._pressed(press, words)
        if isinstance(proposal, Reply):
            return proposal
        now = self._clock()
        async with self._store.write() as tx:
            left = await tx.refuse_correction(proposal.id, by=press.user, now=now)
            if left:
                who = press.user
                told = AuditEntry.of("leave", proposal.reason, who=who, at=now, channel=proposal.asked_in)
                await tx.add_audit(told)
        if not left:
            return text_reply(words.say("This was decided before."))
        return replace(text_reply(words.say("The alert stays as it is.")), toast=words.say("Left as it is"))

    async def _pressed(self, press: Press, words: Words) -> Correction | Reply:
        """The proposal that the button decides; a reply where it decides none."""
        proposal = await self._store.correction(press.action.partition(":")[2])
        if not self._gate.is_operator(press):
            return Reply(toast=words.say("That is for the operator."))
        return proposal or Reply(toast=words.say("This proposal is no longer there."))

    async def _decide(self, proposal: Correction, by: str, words: Words) -> Reply:
        """Puts the corrected alert into the archive; its edits and replies wait there to be queued."""
        now = self._clock()
        async with self._store.write() as tx:
            before = await tx.alert_to_correct(proposal.alert_id)
            assert before is not None  # alerts are never deleted, and corrections refer to them
            after = corrected(before, proposal.kind, proposal.reason, now)
            made = await tx.make_correction(proposal, before, after, by=by, now=now)
            if made:
                await tx.add_audit(_entry(proposal.kind, proposal, before, by, now))
        if not made:
            return text_reply(words.say("This was decided before."))
        self._on_corrected()
        records = await self._store.sent_to(proposal.alert_id)
        went = sum(record.state == "sent" for record in records)
        card = card_in(after, words)
        return Reply(
            lines=(
                line(Run(text=card.label, style="bold")),
                line(Run(text=card.headline, url=card.url)),
                line(card.summary),
                line(
                    words.count(
                        "It went to {n} chat; search and the page show the correction.",
                        "It went to {n} chats; search and the page show the correction.",
                        went,
                    )
                ),
            )
        )

    # --- looking ---

    async def _audit(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        if not self._gate.is_operator(command):
            return text_reply(words.say("That is for the operator."))
        asked = command.args.strip()
        count = min(max(int(asked), 1), AUDITED_MAX) if asked.isdecimal() and len(asked) < 6 else AUDITED
        return text_reply(audit.shown(await self._store.audit_entries(count), words, settings.zone))

    async def _backtest(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        if not self._gate.is_operator(command):
            return text_reply(words.say("That is for the operator."))
        if not command.args.strip():
            example = f"{slashed(command.channel, 'backtest')} s-400 stage>=contract"
            return text_reply(words.say("Which filter? For example: {example}", example=example))
        try:
            result = await backtest(self._store, self._pack, command.args, now=self._clock(), zone=settings.zone)
        except FilterError as error:
            return text_reply(refused(error, words))
        return text_reply(shown(result, words, settings.zone))


_RETRACTS = later("to retract “{headline}”: {reason}")
_CORRECTS = later("to correct “{headline}”: {reason}")


def _notice(proposal: Correction, alert: Alert) -> Notice:
    retracts = proposal.kind == "retract"
    values = {"headline": alert.card.headline, "reason": proposal.reason}
    return Notice(
        id=proposal.id,
        kind="proposes",
        subject=proposal.asked_by,
        words=Said(text=_RETRACTS if retracts else _CORRECTS, values=values),
        at=proposal.asked_at,
        buttons=(
            (
                Choice(text=said("Retract it") if retracts else said("Correct it"), action=f"amend:{proposal.id}"),
                Choice(text=said("Leave it"), action=f"leave:{proposal.id}"),
            ),
        ),
    )


def _entry(action: str, proposal: Correction, alert: Alert, by: str, now: datetime) -> AuditEntry:
    words = f"{alert.id} “{alert.card.headline}”: {proposal.reason}"
    return AuditEntry.of(action, words, who=by, at=now, channel=proposal.asked_in)
