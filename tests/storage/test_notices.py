"""Notices come back as they were written, whatever their words hold."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.model import Choice, Notice, said, said_count
from bot.storage import Store

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)


async def test_words_within_words_moments_and_choices_are_kept(store: Store) -> None:
    lasted = said_count("{n} day", "{n} days", 3)
    words = said("{what} · asks to wait {wait}", what=said("since {at} “{{}}”", at=NOW), wait=lasted)
    choice = Choice(text=said("Approve {who}", who="Аша"), action="approve:1")
    notice = Notice(id="n1", kind="asks", subject="Asha", words=words, at=NOW, buttons=((choice,),))
    async with store.write() as tx:
        await tx.add_notices([notice, notice])  # the second has an id that is there
    async with store.write() as tx:
        assert await tx.waiting_notices(10) == [notice]
    assert str(words) == "since 20 Nov 2026 08:32 UTC “{}” · asks to wait 3 days"
    assert await store.a_notice_asks()
