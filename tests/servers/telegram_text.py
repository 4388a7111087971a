"""What Telegram makes of a text: parsed by TDLib itself (the function the Bot API server calls), offline.

In: raw text with a parse mode or given entities. Out: the plain text with its entities in the Bot API's form,
or `BadTextError` with the server's own words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import tdjson

MAX_RAW_BYTES = 32_768  # before parsing; telegram-bot-api Client.cpp: "text is too long"
MAX_TEXT = 4096  # code points after parsing; td MessageContent.cpp
MAX_CAPTION = 1024
MAX_ENTITIES = 100  # later ones are ignored by the server; PTB's MessageLimit.MESSAGE_ENTITIES

Entity = dict[str, Any]

_MODES: dict[str, dict[str, Any]] = {
    "html": {"@type": "textParseModeHTML"},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
}

_ENTITY_NAMES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "BotCommand": "bot_command",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "Url": "url",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
    "BankCardNumber": None,  # the Bot API does not show these two
    "MediaTimestamp": None,
}

_OPAQUE = {"code", "pre", "text_link", "text_mention"}  # TDLib finds no links or commands inside these


class BadTextError(Exception):
    """The text is refused; the message is the server's description without "Bad Request: "."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    text: str  # plain; "" only for an absent caption
    entities: tuple[Entity, ...]  # as Bot API objects, offsets in UTF-16 units, in order of offset


def parse_text(raw: str, parse_mode: str | None, given: list[Entity] | None = None) -> Parsed:
    """A message's text. Raises `BadTextError` for an empty, too long or malformed one."""
    if not raw:
        raise BadTextError("message text is empty")
    parsed = _parse(raw, parse_mode, given)
    if not parsed.text.strip():
        raise BadTextError("text must be non-empty")
    if len(parsed.text) > MAX_TEXT:
        raise BadTextError("message is too long")
    return parsed


def parse_caption(raw: str, parse_mode: str | None, given: list[Entity] | None = None) -> Parsed:
    """A caption; it may be empty. Raises `BadTextError`."""
    parsed = _parse(raw, parse_mode, given)
    if len(parsed.text) > MAX_CAPTION:
        raise BadTextError("message caption is too long")
    return parsed


def automatic_entities(text: str) -> tuple[Entity, ...]:
    """Commands, mentions, hashtags, links that Telegram marks by itself."""
    found = _execute({"@type": "getTextEntities", "text": text})
    return tuple(entity for raw in found["entities"] if (entity := _bot_api(raw)) is not None)


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def server_case(message: str) -> str:
    """TDLib's message as the Bot API server words it: a lower-case start unless it is a name like TOPIC_CLOSED."""
    if len(message) < 2 or message[1] == "_" or message[1].isupper():
        return message
    return message[0].lower() + message[1:]


def _parse(raw: str, parse_mode: str | None, given: list[Entity] | None) -> Parsed:
    if len(raw.encode()) > MAX_RAW_BYTES:
        raise BadTextError("text is too long")
    if parse_mode and parse_mode.lower() != "none":
        mode = _MODES.get(parse_mode.lower())
        if mode is None:
            raise BadTextError("unsupported parse_mode")
        answer = _execute({"@type": "parseTextEntities", "text": _cleaned(raw), "parse_mode": mode})
        if answer["@type"] == "error":
            raise BadTextError(server_case(answer["message"]))
        text = str(answer["text"])
        entities = [entity for one in answer["entities"] if (entity := _bot_api(one)) is not None]
    else:
        text, entities = _cleaned(raw), list(given or [])
    return _trimmed(text, entities)


def _trimmed(text: str, entities: list[Entity]) -> Parsed:
    """Spaces go at the end, and at the start up to the first entity, as TDLib's fix_formatted_text does."""
    text = text.rstrip(" \n")
    first = min((int(entity["offset"]) for entity in entities), default=utf16_length(text))
    cut = 0
    while cut < len(text) and text[cut] in " \n" and cut < first:
        cut += 1
    text = text[cut:]
    size = utf16_length(text)
    kept: list[Entity] = []
    for entity in entities:
        start = int(entity["offset"]) - cut
        end = min(start + int(entity["length"]), size)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    opaque = [(one["offset"], one["offset"] + one["length"]) for one in kept if one["type"] in _OPAQUE]
    for entity in automatic_entities(text):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if not any(start < other_end and other_start < end for other_start, other_end in opaque):
            kept.append(entity)
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Parsed(text=text, entities=tuple(kept[:MAX_ENTITIES]))


def _cleaned(text: str) -> str:
    """Without carriage returns; other control characters become spaces (TDLib's clean_input_string)."""
    return "".join(" " if c < " " and c != "\n" else c for c in text.replace("\r", ""))


def _bot_api(raw: dict[str, Any]) -> Entity | None:
    kind = raw["type"]
    name = _ENTITY_NAMES[kind["@type"].removeprefix("textEntityType")]
    if name is None:
        return None
    entity: Entity = {"type": name, "offset": raw["offset"], "length": raw["length"]}
    match name:
        case "text_link":
            entity["url"] = kind["url"]
        case "pre" if kind.get("language"):
            entity["language"] = kind["language"]
        case "custom_emoji":
            entity["custom_emoji_id"] = kind["custom_emoji_id"]
        case "date_time":
            entity["unix_time"] = kind["unix_time"]
        case "text_mention":
            entity["user"] = {"id": kind["user_id"], "is_bot": False, "first_name": f"user {kind['user_id']}"}
    return entity


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    """One synchronous TDLib call: bytes of JSON in and out."""
    tdjson.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')
    answer = tdjson.td_execute(json.dumps(request).encode())
    assert answer is not None, f"TDLib gave no answer to {request['@type']}"
    result: dict[str, Any] = json.loads(answer)
    return result
