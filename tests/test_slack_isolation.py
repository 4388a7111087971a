"""Two workspaces in which everything has the same ids, busy at once while Slack is slow: nothing that one does or is
shown may turn up in the other, whatever waits in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.config import Access
from tests.servers import Screen
from tests.servers.slack_state import texts_in
from tests.slack_world import hand_in, settled
from tests.test_app_workspaces import House, World, app_of, world

__all__ = ["world"]  # the fixture

ROUNDS = 4
ZONES = {"T0EMBASSY": "Europe/Moscow", "T0MINISTRY": "Asia/Kolkata"}
WORDS = {"T0EMBASSY": "akula", "T0MINISTRY": "brahmos"}  # what one filters for, and the other never sees


def _filters(house: House) -> list[str]:
    return [f"{WORDS[house.space.home]} value>=${n}bn" for n in range(1, ROUNDS + 1)]


class _Person:
    """Somebody who does everything at once."""

    def __init__(self, world: World, house: House) -> None:
        self.world = world
        self.house = house
        own = replace(world.slack.add_im(house.user), id="D0SAME")
        house.space.channels["D0SAME"] = own
        self.screen = Screen(world.slack, house.user, own)
        self.shown: list[str] = []

    async def subscribes(self) -> None:
        for filter_ in _filters(self.house):
            await self.screen.slash("subscribe", self.house.room)
            await settled(self.screen)
            self.keeps([self.screen.modal])
            wrong = await hand_in(self.screen, filter="stag>=contract")
            if not wrong.errors:  # it came late, as words over the form
                self.screen.close()
            assert not (await hand_in(self.screen, filter=filter_)).errors
            self.keeps([self.screen.modal])
            await hand_in(self.screen)
            self.keeps([self.screen.modal])
            self.screen.close()

    async def looks(self) -> None:
        for _ in range(ROUNDS):
            await self.screen.look_home()
            await self.screen.press_home("Refresh")
            for text, then in (("Pause", "Resume"), ("Resume", "Pause")):
                if self._there(text):
                    await self.screen.press_home(text)
                    # Other pages come meanwhile, which show what was saved in a modal; the last one shows all.
                    assert await self.world.slack.changed.until(partial(self._there, then), 10), then
            self.keeps([self.screen.home])

    def _there(self, button: str) -> bool:
        return any(one["text"]["text"] == button for one in self.screen.buttons())

    async def asks(self) -> None:
        message = {"ts": "1.1", "text": "<https://wire.example.com/nothing>"}
        for _ in range(ROUNDS):
            for text in ("subscriptions", "latest", "settings", "export"):
                said = await self.world.slack.slash(text=text, user=self.house.user, channel=self.house.room)
                self.keeps([reply.body for reply in said.responses])
            checked = await self.screen.shortcut("check_link", message, self.house.room)
            self.keeps([reply.body for reply in checked.responses])

    def keeps(self, what: list[Any]) -> None:
        self.shown += [*texts_in(what), str(what)]


@pytest.mark.parametrize("within_s", [0.8, 0.0], ids=["in time", "always late"])
async def test_two_workspaces_that_are_busy_at_once_never_mix(
    world: World, monkeypatch: pytest.MonkeyPatch, within_s: float
) -> None:
    # Slack's documentation gives us 3 s; "always late" makes every modal pass through what stands in for it.
    monkeypatch.setattr("bot.adapters.slack.modals.OPEN_WITHIN_S", within_s)
    monkeypatch.setattr("bot.adapters.slack.modals.ACK_WITHIN_S", within_s)
    for house in (world.embassy, world.ministry):
        changed = replace(house.user, tz=ZONES[house.space.home])
        house.space.users[house.user.id] = changed
    faults = world.slack.faults
    faults.methods, faults.rate_slow, faults.delay_s = None, 0.5, 0.15
    people = [_Person(world, house) for house in (world.embassy, world.ministry)]
    access = Access(mode="open", lookups_per_minute=1000)
    async with app_of(world, world.config(access=access)) as app:
        for person in people:  # what is remembered of one is there when the other comes
            await person.screen.look_home()
        async with asyncio.TaskGroup() as group:
            for person in people:
                for doing in (person.subscribes(), person.looks(), person.asks()):
                    group.create_task(doing)
        for house in (world.embassy, world.ministry):
            mine = await app.store.subscriptions(house.channel)
            assert sorted(one.filter for one in mine) == _filters(house)
            assert {one.created_by for one in mine} == {f"slack:{house.space.home}/U0SAME"}
            settings = await app.store.channel_settings(house.channel)
            assert settings is not None
            assert settings.zone == ZONES[house.space.home]
        assert len(await app.store.subscriptions()) == 2 * ROUNDS
    for person, other in (people, people[::-1]):
        told = "\n".join(person.shown).lower()
        assert WORDS[person.house.space.home] in told
        for strange in (WORDS[other.house.space.home], other.house.space.home.lower()):
            assert strange not in told
