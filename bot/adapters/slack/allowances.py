"""What each workspace allows: posts at its own rate, every other method by Slack's tiers.

Slack counts per app, workspace and method, and posts per channel too (docs.slack.dev/apis/web-api/rate-limits). So
one workspace that is full, or one method of it, holds nobody else. Posts and edits wait in `sender`, which gives
them back to the outbox when their turn is far off; every other call of ours waits in `PacedClient`.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.pacing import Limit, Monotonic, Pacer, Rank, Sleep
from bot.adapters.slack.refusals import flooded, retry_after_s

# 1 message a second in a channel with short bursts; several hundred a minute in a workspace, which Slack does not
# put into a number: 300 is our reading, and a setting.
PER_CHANNEL = Limit(count=2, per_s=2.0)
PER_WORKSPACE = Limit(count=300, per_s=60.0)

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute
# The methods that we call, by the documentation's table (tests compare).
METHODS = {
    "apps.connections.open": 3,
    "apps.uninstall": 1,
    "auth.revoke": 3,
    "auth.teams.list": 2,
    "bots.info": 3,
    "chat.postEphemeral": 4,
    "chat.update": 3,
    "conversations.info": 3,
    "conversations.join": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "team.info": 3,
    "users.conversations": 3,
    "users.info": 4,
    "users.list": 2,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}
_POST, _EDIT = "chat.postMessage", "chat.update"
IN_SENDER = {_POST, _EDIT}
UNLIMITED = {"api.test", "auth.test", "oauth.v2.access"}  # "special", and asked a few times a day

CALL_WITHIN_S = 20.0  # a look-up that may not go by then fails as if Slack had refused it
TRIGGER_WITHIN_S = 1.5  # what opens a modal is dead 3 s after the click
_TRIGGERED = {"views.open", "views.push"}

# A burst of twenty posts, then evenly: one alert is in all channels of most workspaces at once, and a full minute
# leaves no more than four seconds in which nobody may post. Edits have a burst of three. Judgement.
POSTS_CATCH_UP_S = 4.0
EDITS_CATCH_UP_S = 3.6


class Allowance:
    """One workspace's."""

    def __init__(self, *, posts: Limit, per_channel: Limit, monotonic: Monotonic, sleep: Sleep) -> None:
        self._posts = posts
        self._per_channel = per_channel
        self._monotonic, self._sleep = monotonic, sleep
        self._pacers: dict[str, Pacer] = {}

    def turn(
        self, method: str, address: str, *, within_s: float, rank: Rank = "normal"
    ) -> AbstractAsyncContextManager[float]:
        """As `Pacer.turn`: 0.0 when the call may go now, else the seconds to come back after. `address`: the
        channel; "" for what belongs to none."""
        limit = self._per_channel if method == _POST else self._limit(method)
        return self._pacer(method).turn(((address or method, limit),), within_s=within_s, rank=rank)

    def crowd_s(self, method: str, waiting: int) -> float:
        """About how long so many calls take."""
        limit = self._limit(method)
        return waiting * limit.per_s / limit.count

    def refused(self, method: str, address: str, for_s: float, *, flood: bool) -> None:
        """Hold what was refused: a post's channel, and the workspace's posts when channel after channel is refused;
        of any other method the method. `flood` False: the channel's own trouble."""
        if method == _POST:
            self._pacer(method).hold(address, for_s, flood=flood)
        elif flood:
            self._pacer(method).hold("", for_s)

    def passed(self, method: str) -> None:
        """A call was not refused."""
        self._pacer(method).passed()

    async def close(self) -> None:
        """Nobody gets a turn any more."""
        for pacer in self._pacers.values():
            await pacer.close()

    def _limit(self, method: str) -> Limit:
        return self._posts if method == _POST else Limit(count=TIERS[METHODS[method]], per_s=60.0)

    def _pacer(self, method: str) -> Pacer:
        if method not in self._pacers:
            # People wait for the other calls: they go at once while the minute's count lasts.
            even, catch_up_s = {_POST: (1.0, POSTS_CATCH_UP_S), _EDIT: (1.0, EDITS_CATCH_UP_S)}.get(method, (0.0, 0.0))
            self._pacers[method] = Pacer(
                overall=self._limit(method),
                monotonic=self._monotonic,
                sleep=self._sleep,
                even=even,
                catch_up_s=catch_up_s,
            )
        return self._pacers[method]


class Allowances:
    """Every workspace's, by its home ("" for the only one); they outlive the clients."""

    def __init__(
        self,
        *,
        posts: Limit = PER_WORKSPACE,
        per_channel: Limit = PER_CHANNEL,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._posts, self._per_channel = posts, per_channel
        self._monotonic, self._sleep = monotonic, sleep
        self._known: dict[str, Allowance] = {}

    def of(self, home: str) -> Allowance:
        """The workspace's."""
        if home not in self._known:
            self._known[home] = Allowance(
                posts=self._posts, per_channel=self._per_channel, monotonic=self._monotonic, sleep=self._sleep
            )
        return self._known[home]

    async def close(self) -> None:
        """Nobody gets a turn any more."""
        for allowance in self._known.values():
            await allowance.close()


class PacedClient(AsyncWebClient):
    """The SDK's client, whose calls wait for their method's turn in the workspace and keep its Retry-After."""

    def __init__(self, *, allowance: Allowance, monotonic: Monotonic = time.monotonic, **given: Any) -> None:
        super().__init__(**given)
        self._allowance = allowance
        self._monotonic = monotonic

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """The answer. Raises what the SDK raises; "ratelimited" also when the turn would not come in time."""
        if api_method in IN_SENDER or api_method in UNLIMITED or api_method not in METHODS:
            return await super().api_call(api_method, **given)
        within_s = TRIGGER_WITHIN_S if api_method in _TRIGGERED else CALL_WITHIN_S
        until = self._monotonic() + within_s
        while True:
            left_s = max(0.0, until - self._monotonic())
            async with self._allowance.turn(api_method, "", within_s=left_s, rank="answer") as wait_s:
                if wait_s:
                    raise self._too_many(api_method, wait_s)
                try:
                    return await super().api_call(api_method, **given)
                except SlackApiError as error:
                    if not flooded(error):
                        raise
                    wait_s = retry_after_s(error)
                    self._allowance.refused(api_method, "", wait_s, flood=True)
                    if self._monotonic() + wait_s > until:
                        raise

    def _too_many(self, method: str, wait_s: float) -> SlackApiError:
        """What Slack would have said."""
        answer = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=method,
            req_args={},
            data={"ok": False, "error": "ratelimited"},
            headers={"Retry-After": str(wait_s)},
            status_code=429,
        )
        return SlackApiError("our own pace: too many calls of this method", answer)  # type: ignore[no-untyped-call]
