"""A person at Telegram who types commands and presses every button that turns up, and judges each answer: it came,
it said nothing of a failure, and none of it was left in English where another language is spoken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bot.i18n import LANGUAGES, words_in
from bot.reception import WENT_WRONG
from tests.feed_server import Report
from tests.servers import Chat, Message, TelegramServer, User

# A report in each language: "India and Russia sign for five more S-400 squadrons".
FIRST = {
    "en": Report(
        title="India and Russia sign contract for five more S-400 squadrons",
        text="The Ministry of Defence said the contract is worth ₹63,000 crore. Deliveries begin in 2028.",
    ),
    "hi": Report(
        title="भारत और रूस ने पांच और एस-400 स्क्वाड्रन के लिए करार पर हस्ताक्षर किए",
        text="रक्षा मंत्रालय ने कहा कि करार 63 हजार करोड़ रुपये का है। आपूर्ति 2028 में शुरू होगी।",
    ),
    "ru": Report(
        title="Россия и Индия подписали контракт на пять полков С-400",
        text="Министерство обороны сообщило, что контракт стоит 63 000 крор рупий. Поставки начнутся в 2028 году.",
    ),
}

TALKING = {"sendMessage", "editMessageText", "editMessageReplyMarkup"}
LAST = ("subend", "forget")  # what takes things away is pressed when nothing else is left
WAIT_S = 10.0
STILL_S = 0.06  # so long nothing more comes after an answer: it is whole
OWN_LANGUAGE = "set:lang:"

_ID = re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b")
_HASH = re.compile(r"(?<=older:)[0-9a-f]{12}")
# What is done for another chat, by the first word of it: the menus there are those of every chat.
_ELSEWHERE = re.compile(r"^at:-\d+(?:/\d+)?(?::([a-z]+).*)?$")
# What stays as it is in every language: quotes, commands, addresses, filters, ids, abbreviations are shorter.
_KEPT = re.compile(
    r"“[^”]*”|«[^»]*»|https?://\S+|(?:telegram|slack):-?\w+|/[a-z]+\b|\b\w+(?::|>=)[\w-]+|\b[0-9a-z]{26}\b|\{.*\}"
)
_ENGLISH = re.compile(r"[A-Za-z]*[a-z]{3,}[A-Za-z]*")
_VERBATIM = {"code", "pre", "url", "bot_command"}  # entities


class Reader:
    """One person in the private chat with the bot."""

    def __init__(
        self, telegram: TelegramServer, user: User, *, names: Iterable[str], programmes: Iterable[str]
    ) -> None:
        """`names`: what is told as it is called, e.g. of programmes, outlets, reports; longest first counts.
        `programmes`: their ids, which buttons bear."""
        self.telegram = telegram
        self.user = user
        self.chat: Chat = telegram.add_private(user)
        self.pressed: set[str] = set()  # kinds of actions, see `kind`
        self.english: list[str] = []  # what was left in English, with what brought it
        self._names = sorted({name for name in names if name}, key=len, reverse=True)
        self._programmes = re.compile(
            rf"(?<=:)(?:{'|'.join(sorted(map(re.escape, programmes), key=len, reverse=True))})(?=:|$)"
        )
        self._seen: dict[int, int] = {}  # message -> its edits when it was judged
        self._from: dict[str, str] = {}  # kind -> what brought its button: a kind, or a command

    # --- acting ---

    async def says(self, text: str, *, reply_to: Message | None = None) -> Message:
        """The last message of the answer, judged."""
        before = self._calls()
        self.telegram.user_says(self.chat, self.user, text, reply_to=reply_to)
        came = await self._more_than(before, WAIT_S)
        assert came, f"no answer to {text!r}"
        await self._settle()
        self._judge(text)
        return self.messages()[-1]

    async def press(self, message: Message, action: str) -> str:
        """The toast, "" for none. Fails when neither a toast nor a message answers."""
        self.pressed.add(self.kind(action))
        before = self._calls()
        query = self.telegram.press(message, action, user=self.user)
        answer = await self.telegram.wait_for_callback_answer(query)
        toast = str(answer.get("text", ""))
        came = await self._more_than(before, 0.3 if toast else WAIT_S)
        assert came or toast, f"nothing came of {action!r}"
        await self._settle()
        self._judge(self.kind(action), toast)
        return toast

    async def press_all(self, *roots: str) -> None:
        """Press a button of each kind once, also those that turn up on the way; what an edited message shows no
        longer is found again by the way that led to it. `roots`: commands whose answers lead somewhere."""
        for root in roots:
            await self.says(root)
        while wanted := sorted(self._from.keys() - self.pressed, key=lambda one: (one.startswith(LAST), one)):
            for kind in wanted:
                found = await self._find(kind)
                if found is None:  # of an answer that another press made meaningless: "Undo" of what is undone
                    self._from.pop(kind)
                    continue
                await self.press(*found)
                if self._is_other_language(kind):
                    await self.says(f"/language {self.user.language}")
                break

    async def press_kind(self, kind: str) -> None:
        found = await self._find(kind)
        assert found is not None, f"no button {kind!r}"
        await self.press(*found)

    async def _find(self, kind: str, steps: int = 5) -> tuple[Message, str] | None:
        """The newest button of this kind; where there is none, after going again the way that led to it."""
        if found := self._shown().get(kind):
            return found
        origin = self._from.get(kind)
        if origin is None or not steps:
            return None
        if origin.startswith("/"):
            await self.says(origin)
        elif way := await self._find(origin, steps - 1):
            await self.press(*way)
        return self._shown().get(kind)

    # --- looking ---

    def messages(self) -> tuple[Message, ...]:
        return self.telegram.messages(self.chat)

    def kind(self, action: str) -> str:
        """The action without what differs from time to time: "mute:*", "set:zone:UTC"; for another chat "at:*:set"."""
        if elsewhere := _ELSEWHERE.match(action):
            return f"at:*:{elsewhere[1]}" if elsewhere[1] else "at:*"
        return self._programmes.sub("*", _HASH.sub("*", _ID.sub("*", action)))

    def _shown(self) -> dict[str, tuple[Message, str]]:
        return {
            self.kind(str(button["callback_data"])): (message, str(button["callback_data"]))
            for message in self.messages()
            for button in message.buttons()
        }

    def _calls(self) -> int:
        return sum(call.method in TALKING and _chat(call.args) == self.chat.id for call in self.telegram.log)

    async def _more_than(self, calls: int, within_s: float) -> bool:
        return bool(await self.telegram.changed.until(lambda: self._calls() > calls, within_s))

    async def _settle(self) -> None:
        while True:
            if not await self._more_than(self._calls(), STILL_S):
                return

    # --- judging ---

    def _judge(self, brought_by: str, toast: str = "") -> None:
        """Looks at what is new or changed in the chat; notes the buttons that are new."""
        for kind in self._shown():
            self._from.setdefault(kind, brought_by)
        changed = [message for message in self.messages() if self._seen.get(message.message_id) != message.edits]
        self._seen |= {message.message_id: message.edits for message in changed}
        said = [toast]
        for message in changed:
            said += _own_words(message).split("\n")
            said += [str(button["text"]) for button in message.buttons()]
        wrong = {words_in(lang).say(WENT_WRONG) for lang in LANGUAGES}
        assert not wrong & {toast, *(message.text for message in changed)}, f"{brought_by!r} went wrong"
        if self.user.language != "en" and not self._is_other_language(brought_by):
            self.english += [f"{brought_by}: {row}" for row in said if self._left_in_english(row)]

    def _is_other_language(self, kind: str) -> bool:
        """Whether it makes the chat speak another language than this person's."""
        return kind.startswith(OWN_LANGUAGE) and kind != OWN_LANGUAGE + self.user.language

    def _left_in_english(self, row: str) -> list[str]:
        own = _KEPT.sub("", row)
        for name in self._names:
            own = own.replace(name, "")
        return _ENGLISH.findall(own)


def _chat(args: Any) -> int | None:
    try:
        return int(args["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None


def _own_words(message: Message) -> str:
    """The text without what is verbatim: commands, code, addresses."""
    raw = message.text.encode("utf-16-le")
    for entity in reversed(message.entities):
        if entity["type"] in _VERBATIM:
            start = 2 * entity["offset"]
            raw = raw[:start] + raw[start + 2 * entity["length"] :]
    return raw.decode("utf-16-le")
