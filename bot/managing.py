"""Who may change what a channel of Slack gets: all its members, or administrators only.

The configuration's choice holds until a workspace's administrators make their own on the app's page. Telegram
knows administrators itself, and in a private chat the person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeVar

from bot.asking import manner
from bot.forms import FormAsked
from bot.i18n import later
from bot.model import Channel, Command, Press, Reply
from bot.ports import Clock, HandlePress
from bot.storage import AuditEntry, Store

Who = Literal["members", "admins"]

WHO: Mapping[Who, str] = {
    "members": later("all members of a channel"),
    "admins": later("administrators of the workspace, and who made the channel"),
}
# What a workspace's setting keeps members from.
_CHANGING = ("slack",)

Asked = TypeVar("Asked", Command, Press, FormAsked)


class Managing:
    """Asked before anything is changed; one small query for a channel of Slack."""

    def __init__(self, *, store: Store, who: Who, clock: Clock) -> None:
        """`who`: the configuration's choice."""
        self._store = store
        self._who: Who = who
        self._clock = clock
        self.presses: Mapping[str, HandlePress] = {"who": self._chosen}

    async def who(self, channel: Channel) -> Who:
        """Who may change what the channels of this one's workspace get."""
        chosen = await self._store.who_may_change(home_of(channel))
        return "admins" if (chosen or self._who) == "admins" else "members"

    async def narrowed(self, asked: Asked) -> Asked:
        """`asked`, no manager where only administrators are."""
        channel = asked.channel
        if not asked.manager or asked.private or asked.administrator or channel is None:
            return asked
        if channel.platform not in _CHANGING or await self.who(channel) == "members":
            return asked
        return replace(asked, manager=False)

    async def _chosen(self, press: Press) -> Reply:
        """ "who:admins", by an administrator on the app's page."""
        _, words = await manner(self._store, press)
        wanted = press.action.partition(":")[2]
        if wanted not in WHO or press.channel.platform not in _CHANGING:
            return Reply(toast=words.say("This choice is not there any more."))
        # Who made a channel administers it, not the workspace: so this is asked in the private chat, where the flag
        # says the latter.
        if not press.administrator or not press.private:
            return Reply(toast=words.say("That is for administrators of the workspace."))
        who: Who = "admins" if wanted == "admins" else "members"
        async with self._store.write() as tx:
            await tx.save_who_may_change(home_of(press.channel), who)
            told = f"subscriptions may be changed by {who}"
            await tx.add_audit(
                AuditEntry.of("who", told, who=press.user, at=self._clock(), channel=press.channel),
            )
        return Reply(toast=words.say("Who changes subscriptions: {who}.", who=words.say(WHO[who])))


def home_of(channel: Channel) -> str:
    """The workspace that the channel's address begins with; "": the only one."""
    return channel.address.rpartition("/")[0]
