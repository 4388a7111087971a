"""The page as HTML, from values. Pure; every foreign text is escaped, every foreign link is http(s)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from bot.model import Alert, Status

IST = ZoneInfo("Asia/Kolkata")


def latest_page(alerts: Sequence[Alert], status: Status, *, style: str, refresh_s: int) -> str:
    """The page of the newest alerts; with none it says what happens next. `style`: the style sheet's text."""
    refresh = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    cards = "\n".join(_card(alert) for alert in alerts) or (
        "<p>No alerts yet. They appear here as soon as a feed tells of a deal.</p>"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Dealwire: latest alerts</title><style>{style}</style></head><body>"
        f"<header><h1>Dealwire</h1><p>{_status(status)}</p></header><main>{cards}</main></body></html>"
    )


def _status(status: Status) -> str:
    parts = [
        f"{status.alerts} alerts from {status.items} items of {status.feeds} feeds",
        f"last poll {_time(status.last_poll_at)}",
    ]
    if status.feeds_failing:
        parts.append(f"{status.feeds_failing} feeds failing")
    if status.queued:
        parts.append(f"{status.queued} to be sent now")
    if status.later:
        parts.append(f"{status.later} to be sent later")
    return escape(" · ".join(parts))


def _card(alert: Alert) -> str:
    card = alert.card
    rows = "".join(
        f"<dt>{escape(row.programme)}</dt>"
        + "".join(
            f'<dd title="{escape(quote)}">{escape(fact)}</dd>'
            for fact, quote in zip(row.facts, row.quotes, strict=True)
        )
        for row in card.rows
    )
    outlets = list(dict.fromkeys(source.outlet for source in card.sources))
    more = f" · +{len(outlets) - 1}" if len(outlets) > 1 else ""
    return (
        f'<article class="{alert.importance}"><p class="label">{escape(card.label)}</p>'
        f"<h2>{_link(card.headline, card.url)}</h2>"
        + (f"<p>{escape(card.summary)}</p>" if card.summary else "")
        + (f"<dl>{rows}</dl>" if rows else "")
        + f'<p class="sources">First: {escape(outlets[0]) if outlets else "unknown"}{more} · v{card.version} · '
        f"{escape(_time(card.at))}</p></article>"
    )


def _link(text: str, url: str | None) -> str:
    if url and url.startswith(("http://", "https://")):
        return f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(text)}</a>'
    return escape(text)


def _time(moment: datetime | None) -> str:
    return moment.astimezone(IST).strftime("%H:%M IST, %d %b %Y") if moment else "never"
