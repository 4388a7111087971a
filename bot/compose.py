"""What a channel is shown of an alert, or of several told together: `Claim` and settings in, `Post` out.

Decides language, time zone, buttons and sound; how lines and cards look is each platform's own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from bot.i18n import Words, words_in
from bot.model import Alert, Button, Buttons, Channel, Importance, Line, Post, Run, line
from bot.ports import Clock
from bot.settings import IMPORTANCES, ChannelSettings
from bot.storage import Claim, Store
from bot.stories import card_in

DIGEST_MAX = 100  # headlines in one digest: some five messages on Telegram; what is beyond is counted
RUNNING_MAX = 12  # headlines in a running message, the newest: it must fit one message, which takes its edits
_TITLE_MAX = 160  # code points of a headline among others
_LABEL_MAX = 90

Name = Callable[[str, str], str]
"""A programme's id and a language to its name there: `Pack.name`."""


class Composer:
    """Composes by what the channel chose at the moment of sending."""

    def __init__(self, *, store: Store, name: Name, clock: Clock) -> None:
        self._store = store
        self._name = name
        self._clock = clock

    async def post(self, claim: Claim) -> Post:
        """The message for a claimed delivery."""
        channel = claim.delivery.channel
        settings = await self._store.channel_settings(channel) or ChannelSettings()
        told = [each.alert for each in claim.bundled]
        match claim.bundle:
            case "digest":
                return digest_post(told, settings, channel, name=self._name)
            case "running":
                return running_post(told, settings, channel, now=self._clock())
        return post_for(
            claim.alert,
            settings,
            name=self._name,
            buttons=claim.buttons,
            reply_to=claim.delivery.reply_to,
        )


def post_for(
    alert: Alert, settings: ChannelSettings, *, name: Name, buttons: Buttons = (), reply_to: str | None = None
) -> Post:
    """The alert as a card of its own. `buttons`: of a notice; an alert brings its own."""
    words = words_in(settings.lang)
    return Post(
        card=alert.card if alert.kind == "notice" else card_in(alert, words, settings.zone),
        buttons=buttons if alert.kind == "notice" else alert_buttons(alert, words, name),
        zone=settings.zone,
        reply_to=reply_to,
        broadcast=settings.broadcast and reply_to is not None and "slip" in alert.facets.marks,
        silent=alert.kind != "notice" and settings.silent_low and alert.importance == "low",
        importance=alert.importance,
    )


def alert_buttons(alert: Alert, words: Words, name: Name) -> Buttons:
    """Why · Timeline, Relevant · Not relevant, and Mute for an alert that names a programme."""
    main = alert.facets.programmes[0] if alert.facets.programmes else None
    first = [Button(text=words.say("Why?"), action=f"why:{alert.id}")]
    rows: list[tuple[Button, ...]] = [
        (
            Button(text=words.say("Relevant"), action=f"relevant:{alert.id}"),
            Button(text=words.say("Not relevant"), action=f"irrelevant:{alert.id}"),
        )
    ]
    if main is not None:
        first.append(Button(text=words.say("Timeline"), action=f"timeline:{main}"))
        rows.append(
            (Button(text=words.say("Mute {programme}", programme=name(main, words.lang)), action=f"mute:{main}"),)
        )
    return (tuple(first), *rows)


def digest_post(alerts: Sequence[Alert], settings: ChannelSettings, channel: Channel, *, name: Name) -> Post:
    """All of the alerts in one message, grouped by programme: the most important groups first, in a group the
    oldest first."""
    words = words_in(settings.lang)
    since, until = alerts[0].created_at, alerts[-1].created_at
    title = words.count("Digest: {n} alert", "Digest: {n} alerts", len(alerts))
    span = words.moment(until, settings.zone)
    if len(alerts) > 1:
        span = f"{words.moment(since, settings.zone)} – {span}"
    rows: list[Line] = [line(Run(text=title, style="bold")), line(Run(text=span, style="italic"))]
    left = DIGEST_MAX
    for programme, some in _groups(alerts, settings.mutes):
        if left <= 0:
            break
        rows += [
            line(""),
            line(Run(text=name(programme, words.lang) if programme else words.say("Other news"), style="bold")),
        ]
        rows += [_headline(alert, words, settings.zone, day=True) for alert in some[:left]]
        left -= len(some)
    if len(alerts) > DIGEST_MAX:
        rows += [line(""), _rest(len(alerts) - DIGEST_MAX, words, channel)]
    return Post(
        lines=tuple(rows),
        buttons=((Button(text=words.say("Change the digest"), action="settings:digest"),),),
        zone=settings.zone,
        importance=_loudest(alerts),
    )


def running_post(alerts: Sequence[Alert], settings: ChannelSettings, channel: Channel, *, now: datetime) -> Post:
    """What came beyond the channel's rings of an hour, the newest last; silent, and edited as more come."""
    words = words_in(settings.lang)
    title = words.count("and {n} more alert …", "and {n} more alerts …", len(alerts))
    rows = [line(Run(text=title, style="bold"))]
    if len(alerts) > RUNNING_MAX:
        rows.append(_rest(len(alerts) - RUNNING_MAX, words, channel))
    rows += [_headline(alert, words, settings.zone) for alert in alerts[-RUNNING_MAX:]]
    rows.append(line(Run(text=words.say("As of {time}", time=words.clock(now, settings.zone)), style="italic")))
    return Post(
        lines=tuple(rows),
        buttons=((Button(text=words.say("Change how many ring"), action="settings:rings"),),),
        zone=settings.zone,
        silent=True,
        importance=_loudest(alerts),
    )


def _groups(alerts: Sequence[Alert], muted: Collection[str]) -> list[tuple[str, list[Alert]]]:
    """By the first programme of each that the channel has not muted; "" for those of none, last of their kind."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        named = alert.facets.programmes
        found.setdefault(next((one for one in named if one not in muted), next(iter(named), "")), []).append(alert)
    return sorted(found.items(), key=lambda one: (not one[0], -IMPORTANCES.index(_loudest(one[1])), -len(one[1])))


def _headline(alert: Alert, words: Words, zone: str, *, day: bool = False) -> Line:
    """One alert among others. Its label stands beside it, so that no denied claim is told bare."""
    card = card_in(alert, words, zone)
    title, label = _cut(card.headline, _TITLE_MAX), _cut(card.label, _LABEL_MAX)
    loud = alert.importance in ("flash", "high")
    at = words.moment(alert.created_at, zone) if day else words.clock(alert.created_at, zone)
    return line(
        "• ",
        Run(text=title, style="bold" if loud else "plain", url=card.url),
        f" – {label} · ",
        Run(text=at, at=alert.created_at, day=day),
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _rest(count: int, words: Words, channel: Channel) -> Line:
    latest = "/dealwire latest" if channel.platform == "slack" else "/latest"
    return line(words.count("{n} more: {latest}", "{n} more: {latest}", count, latest=latest))


def _loudest(alerts: Sequence[Alert]) -> Importance:
    return max((alert.importance for alert in alerts), key=IMPORTANCES.index)
