"""Which workspaces and channels take nothing at present: remembered, so that a shut workspace is not asked for every
message, and told once, with its end.

A shut workspace is tried with one message every quarter of an hour; what is due there stays in the outbox as long
as the outbox keeps it. Everybody else goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.adapters.pacing import Monotonic
from bot.adapters.slack.refusals import OPERATOR_S
from bot.i18n import later
from bot.model import RetryLater, Said, Trouble, said

PROBE_S = 30.0  # the others wait so long for the one that tries whether the workspace is open again
KNOWN_MAX = 100_000  # channels remembered, in trouble or well; judgement: beyond it some are told less

_TOKEN = later("Slack refuses the bot's token ({code}): install the app again")
_SCOPE = later("the app lacks a permission ({code}): add it and install the app again")
_ADMIN = later("an administrator of Slack has restricted or suspended the app ({code})")
_MOVING = later("Slack is moving it ({code})")
_INVITE = later("the bot is not in the channel ({code}): invite it there (/invite)")
_POSTING = later("an administrator of Slack has restricted posting there ({code})")
_WHY: Mapping[str, str] = {
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "not_allowed_token_type": _TOKEN,
    "missing_scope": _SCOPE,
    "org_login_required": _MOVING,
    "external_channel_migrating": _MOVING,
    "not_in_channel": _INVITE,
    "channel_not_found": _INVITE,
    "messages_tab_disabled": _POSTING,
    "posting_to_channel_denied": _POSTING,
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_thread_only_channel": _POSTING,
    "restricted_action_non_threadable_channel": _POSTING,
}

Report = Callable[[Trouble], None]


@dataclass(slots=True)
class _Shut:
    why: str
    until: float


class Troubles:
    """Asked before each post, told after it."""

    def __init__(self, *, monotonic: Monotonic, report: Report) -> None:
        self._now = monotonic
        self._report = report
        self._shut: dict[str, _Shut] = {}
        self._closed: set[str] = set()
        self._well: set[str] = set()  # homes and addresses that took a message since the start

    def waits(self, home: str) -> RetryLater | None:
        """What to answer without asking Slack; None: ask."""
        shut = self._shut.get(home)
        if shut is None:
            return None
        left_s = shut.until - self._now()
        if left_s > 0:
            return RetryLater(reason=f"Slack: {shut.why}", after_s=left_s, tried=False)
        shut.until = self._now() + PROBE_S
        return None

    def workspace_shut(self, home: str, name: str, why: str, code: str) -> None:
        """It refused a message of ours for a reason that holds for all of them; `why` is for the outbox."""
        known = home in self._shut
        self._shut[home] = _Shut(why, self._now() + OPERATOR_S)
        if not known:
            waits = said("{why}; what is due there waits, and is dropped if it waits for too long", why=_why(code))
            self._report(_of_workspace(home, name, waits))

    def channel_closed(self, address: str, code: str) -> None:
        """It refused a message of ours for a reason that holds for this channel until somebody mends it."""
        if address not in self._closed and len(self._closed) < KNOWN_MAX:
            self._closed.add(address)
            self._report(_of_channel(address, _why(code)))

    def passed(self, home: str, name: str, address: str) -> None:
        """It took a message. The first one of each since the start is an end, too: what was told before a restart may
        be over by now."""
        if self._shut.pop(home, None) is not None or home not in self._well:
            self._well.add(home)
            self._report(_of_workspace(home, name, None))
        if address in self._closed or address not in self._well:
            self._closed.discard(address)
            if len(self._well) < KNOWN_MAX:
                self._well.add(address)
                self._report(_of_channel(address, None))

    def forget(self, home: str) -> None:
        """The workspace has a new installation: ask it again at once."""
        if home in self._shut:
            self._shut[home].until = self._now()


def of_connection(reason: str | None) -> Trouble:
    """Commands and clicks do not come in; None: they do again."""
    words = None if reason is None else said("the connection is refused: {reason}", reason=reason)
    return Trouble(name="slack connection", kind="deaf", subject="Slack", words=words)


def _of_workspace(home: str, name: str, words: Said | None) -> Trouble:
    subject = f"Slack · {name or home}" if name or home else "Slack"
    return Trouble(name=f"slack workspace {home}", kind="shut", subject=subject, words=words)


def _of_channel(address: str, words: Said | None) -> Trouble:
    return Trouble(name=f"slack channel {address}", kind="shut", subject=f"Slack · {address}", words=words)


def _why(code: str) -> Said:
    return Said(text=_WHY.get(code, _ADMIN), values={"code": code})
