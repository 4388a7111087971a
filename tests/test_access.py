"""Closed by default: only the operator and the chats that were allowed are answered."""

from __future__ import annotations

from bot.access import Access
from bot.model import Channel, Command

GROUP = Channel.parse("telegram:-100500")


def command(channel: str, user: str = "telegram:7") -> Command:
    return Command(name="latest", args="", channel=Channel.parse(channel), user=user, private=False, manager=True)


def test_nobody_is_allowed_until_someone_is() -> None:
    assert not Access.of([], None).allows(command("telegram:7"))


def test_an_allowed_group_is_allowed_with_its_topics() -> None:
    access = Access.of([GROUP], None)
    assert access.allows(command("telegram:-100500"))
    assert access.allows(command("telegram:-100500/12"))
    assert not access.allows(command("telegram:-100501"))


def test_the_same_number_on_another_platform_is_another_chat() -> None:
    assert not Access.of([Channel.parse("slack:100500")], None).allows(command("telegram:100500"))


def test_the_operator_is_known_by_chat_and_by_user() -> None:
    access = Access.of([], Channel.parse("telegram:42"))
    assert access.allows(command("telegram:42", user="telegram:42"))
    assert access.allows(command("telegram:-100999", user="telegram:42"))
    assert access.is_operator(command("telegram:-100999", user="telegram:42"))
    assert not access.allows(command("telegram:-100999", user="telegram:43"))


def test_a_chat_that_moved_stays_allowed_under_its_new_address_only() -> None:
    new = Channel.parse("telegram:-100777")
    access = Access.of([GROUP], None).after_move(GROUP, new)
    assert access.allows(command("telegram:-100777"))
    assert not access.allows(command("telegram:-100500"))
    stranger = Channel.parse("telegram:-100888")
    assert Access.of([GROUP], None).after_move(stranger, new) == Access.of([GROUP], None)
