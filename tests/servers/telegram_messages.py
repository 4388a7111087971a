"""Sending, editing and deleting: the bot's content is judged, then accepted into the chat, or `RefusedError`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.servers.spec import Upload
from tests.servers.telegram_rules import RefusedError, check_markup, check_thread, check_write
from tests.servers.telegram_state import Chat, StoredMessage
from tests.servers.telegram_text import MAX_ENTITIES, BadTextError, Parsed, parse_caption, parse_text, utf16_length
from tests.servers.telegram_world import World

Args = dict[str, Any]


def send_message(world: World, args: Args) -> Any:
    parsed = _text(world, args, "text", "entities", parse_text)
    markup = _markup(world, args)
    chat = world.chat_of(args.get("chat_id"))
    content = {"text": parsed.text, "entities": list(parsed.entities) or None, "reply_markup": markup}
    return sent(world, chat, args, content, raw=args["text"]).shown


def send_photo(world: World, args: Args) -> Any:
    caption = _text(world, args, "caption", "caption_entities", parse_caption)
    markup = _markup(world, args)
    chat = world.chat_of(args.get("chat_id"))
    photo = args.get("photo")
    if isinstance(photo, Upload) and not photo.content:
        raise RefusedError(400, "file must be non-empty")
    if not photo:
        raise RefusedError(400, "there is no photo in the request")
    if isinstance(photo, str) and photo.startswith("http") and "." not in photo:
        raise RefusedError(400, "wrong HTTP URL specified")
    size = {"file_id": f"photo-{chat.id}-{chat.next_message_id}", "width": 90, "height": 90}
    content = {
        "photo": [size | {"file_unique_id": size["file_id"]}],
        "caption": caption.text or None,
        "caption_entities": list(caption.entities) or None,
        "reply_markup": markup,
    }
    return sent(world, chat, args, content, raw=args.get("caption", ""), photo=True).shown


def edit_message_text(world: World, args: Args) -> Any:
    parsed = _text(world, args, "text", "entities", parse_text)
    markup = _markup(world, args)
    stored = _editable(world, args)
    _flood(world, world.chat_of(args["chat_id"]))
    if "text" not in stored.shown:
        raise RefusedError(400, "there is no text in the message to edit")
    changed = {"text": parsed.text, "entities": list(parsed.entities) or None, "reply_markup": markup}
    _edit(world, stored, changed)
    stored.raw, stored.parse_mode = args["text"], args.get("parse_mode")
    return stored.shown


def edit_message_reply_markup(world: World, args: Args) -> Any:
    markup = _markup(world, args)
    stored = _editable(world, args)
    _flood(world, world.chat_of(args["chat_id"]))
    _edit(world, stored, {"reply_markup": markup})
    return stored.shown


def delete_message(world: World, args: Args) -> Any:
    chat = world.chat_of(args.get("chat_id"))
    stored = world.find(chat, args.get("message_id"))
    if stored is None:
        raise RefusedError(400, "message to delete not found")
    if not stored.from_bot and chat.type == "private":
        raise RefusedError(400, "message can't be deleted")
    chat.messages.remove(stored)
    return True


def sent(world: World, chat: Chat, args: Args, content: Args, *, raw: str, photo: bool = False) -> StoredMessage:
    """Accepts a message of the bot after the checks on chat, topic, reply and flood."""
    check_write(chat, photo=photo)
    thread = args.get("message_thread_id")
    check_thread(chat, thread)
    if thread:
        content = {**content, "message_thread_id": thread, "is_topic_message": True}
    reply = args.get("reply_parameters")
    if reply:
        replied = world.find(chat, reply["message_id"])
        if replied is not None:
            content["reply_to_message"] = {k: v for k, v in replied.shown.items() if k != "reply_to_message"}
        elif not reply.get("allow_sending_without_reply"):
            raise RefusedError(400, "message to be replied not found")
    _flood(world, chat)
    if content.get("reply_markup", {}) and "inline_keyboard" not in (content.get("reply_markup") or {}):
        content = {**content, "reply_markup": None}  # only inline keyboards are shown on the message
    return world.put(chat, world.bot, content, raw=raw, parse_mode=args.get("parse_mode"), args=args)


def _flood(world: World, chat: Chat) -> None:
    """Raises `RefusedError` for what exceeds the limits; edits count like messages."""
    if world.flood is not None and (wait := world.flood.wait_s(chat.id, group=chat.type != "private")):
        raise RefusedError.flood(math.ceil(wait))


def _editable(world: World, args: Args) -> StoredMessage:
    chat = world.chat_of(args.get("chat_id"))
    check_write(chat)
    stored = world.find(chat, args.get("message_id"))
    if stored is None:
        raise RefusedError(400, "message to edit not found")
    if not stored.from_bot:
        raise RefusedError(400, "message can't be edited")
    return stored


def _edit(world: World, stored: StoredMessage, changed: Args) -> None:
    if all(stored.shown.get(name) == value for name, value in changed.items()):
        raise RefusedError(
            400,
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message",
        )
    for name, value in changed.items():
        if value is None:
            stored.shown.pop(name, None)
        else:
            stored.shown[name] = value
    stored.shown["edit_date"] = world.now()
    stored.edits += 1
    world.changed.fire()


def _text(
    world: World, args: Args, name: str, entities: str, parse: Callable[[str, str | None, Any], Parsed]
) -> Parsed:
    given = args.get(entities)
    if given:
        size = utf16_length(args.get(name, ""))
        if any(one["offset"] < 0 or one["length"] <= 0 or one["offset"] + one["length"] > size for one in given):
            world.alarms.append(f"{entities}: an entity lies outside the text")
        if len(given) > MAX_ENTITIES:
            world.alarms.append(f"{entities}: {len(given)} entities, all after {MAX_ENTITIES} are ignored")
        if args.get("parse_mode"):
            world.alarms.append(f"{entities}: ignored beside parse_mode")
    try:
        return parse(args.get(name) or "", args.get("parse_mode"), given)
    except BadTextError as bad:
        raise RefusedError(400, str(bad)) from bad


def _markup(world: World, args: Args) -> Args | None:
    markup = args.get("reply_markup")
    if markup is None:
        return None
    world.alarms.extend(check_markup(markup))
    kept: Args | None = markup if markup.get("inline_keyboard") != [] else None
    return kept
