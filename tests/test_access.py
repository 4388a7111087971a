"""Closed by default: only operators and the chats that were allowed are answered."""

from __future__ import annotations

from bot.access import Access, may
from bot.model import Channel, Command

GROUP = Channel.parse("telegram:-100500")
MOVED = Channel.parse("telegram:-100777")


def command(channel: str, user: str = "telegram:7", *, manager: bool = True) -> Command:
    return Command(name="latest", args="", channel=Channel.parse(channel), user=user, private=False, manager=manager)


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


def test_in_a_group_of_operators_its_administrators_are_operators_and_nobody_else() -> None:
    access = Access.of([GROUP], GROUP)
    assert access.is_operator(command("telegram:-100500"))
    assert not access.is_operator(command("telegram:-100500", manager=False))
    assert access.is_operator(command("telegram:-100500", user="telegram:-100500"))  # an anonymous administrator


def test_a_chat_that_moved_stays_allowed_under_its_new_address_only() -> None:
    access = Access.of([GROUP], GROUP, moves={GROUP: MOVED})
    assert access.allows(command("telegram:-100777"))
    assert access.is_operator(command("telegram:-100777"))
    assert not access.allows(command("telegram:-100500"))
    stranger = Channel.parse("telegram:-100888")
    assert Access.of([GROUP], None, moves={stranger: MOVED}) == Access.of([GROUP], None)


def test_moves_that_go_round_in_a_circle_end() -> None:
    assert Access.of([GROUP], None, moves={GROUP: MOVED, MOVED: GROUP}).allowed <= {GROUP.key, MOVED.key}


def test_an_open_bot_answers_everybody_and_makes_nobody_its_operator() -> None:
    access = Access.of([], None, mode="open")
    assert access.allows(command("telegram:99"))
    assert not access.is_operator(command("telegram:99"))


def test_an_inline_query_is_answered_where_the_persons_own_chat_is_allowed() -> None:
    access = Access.of([GROUP, Channel.parse("telegram:7")], None, operators=["telegram:42"])
    assert may(access, user="telegram:7", channel=None)
    assert may(access, user="telegram:42", channel=None)
    assert not may(access, user="telegram:8", channel=None)
    assert may(access, user="telegram:8", channel=GROUP)
