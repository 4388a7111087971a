"""Block Kit as Slack judges it: the schema made from Slack's own types, and the rules that no schema tells.

In: blocks or a view as JSON values. Out: the messages Slack would put into `errors`, each ending in
"[json-pointer:/blocks/0/text]"; empty: accepted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from tests.servers.spec import table

MAX_MESSAGE_BLOCKS = 50
MAX_MARKDOWN = 12_000  # characters of all markdown blocks of a message together (docs, markdown block)
MAX_TOTAL = 12_000  # characters of all blocks; not documented, msg_blocks_too_long was seen near it
SAFE_TOTAL = 10_000  # what our own messages keep to


def block_flaws(blocks: Any, pointer: str = "/blocks", limit: int = MAX_MESSAGE_BLOCKS) -> list[str]:
    """What is wrong with a message's blocks."""
    if not isinstance(blocks, list):
        return [_at("must be an array", pointer)]
    flaws: list[str] = []
    if len(blocks) > limit:
        flaws.append(_at(f"no more than {limit} items allowed", pointer))
    for i, block in enumerate(blocks):
        flaws += _one_block(block, f"{pointer}/{i}")
    flaws += _doubled(blocks, "block_id", pointer)
    if sum(len(one.get("text", "")) for one in _of_type(blocks, "markdown")) > MAX_MARKDOWN:
        flaws.append(_at(f"markdown blocks must be less than {MAX_MARKDOWN + 1} characters in all", pointer))
    return flaws


def view_flaws(view: Any) -> list[str]:
    """What is wrong with a modal or Home tab."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return [_at("must be a view of type modal or home", "/view")]
    shell = {**view, "blocks": []}
    name = "ModalView" if view["type"] == "modal" else "HomeView"
    flaws = _schema_flaws(shell, name, "/view")
    if "blocks" not in view:
        return [*flaws, _at("missing required field: blocks", "/view")]
    return flaws + block_flaws(view["blocks"], "/view/blocks", limit=100)


def visible_characters(blocks: Any) -> int:
    """The characters of every text in the blocks together."""
    if isinstance(blocks, dict):
        own = len(blocks["text"]) if isinstance(blocks.get("text"), str) else 0
        return own + sum(visible_characters(one) for one in blocks.values() if isinstance(one, dict | list))
    return sum(visible_characters(one) for one in blocks) if isinstance(blocks, list) else 0


def _one_block(block: Any, pointer: str) -> list[str]:
    kind = block.get("type") if isinstance(block, dict) else None
    name = _blocks_by_type().get(str(kind))
    if name is None:
        return [_at(f"unsupported type: {kind}", f"{pointer}/type")]
    if kind == "section" and not block.get("text") and not block.get("fields"):
        return [_at("missing required field: text or fields", pointer)]
    flaws = _schema_flaws(block, name, pointer)
    for overflow in _of_type(_inside(block), "overflow"):
        if not 1 <= len(overflow.get("options") or []) <= 5:
            flaws.append(_at("overflow must have 1 to 5 options", pointer))
    if kind in {"context", "actions"} and block.get("elements") == []:
        flaws.append(_at("no fewer than 1 items allowed", f"{pointer}/elements"))
    return flaws + _doubled(block.get("elements") or [], "action_id", f"{pointer}/elements")


def _schema_flaws(value: Any, name: str, pointer: str) -> list[str]:
    return [flaw for error in _validator(name).iter_errors(value) for flaw in _worded(error, pointer)]


def _worded(error: ValidationError, pointer: str) -> Iterator[str]:
    """The schema's complaint in Slack's words; a union says that nothing matched, then the likeliest cause."""
    at = pointer + "".join(f"/{part}" for part in error.absolute_path)
    limit = error.validator_value
    match error.validator:
        case "maxLength":
            yield _at(f"must be less than {limit + 1} characters", at)
        case "minLength":
            yield _at(f"must be more than {limit - 1} characters", at)
        case "maxItems":
            yield _at(f"no more than {limit} items allowed", at)
        case "required":
            missing = [name for name in limit if name not in error.instance]
            yield from (_at(f"missing required field: {name}", at) for name in missing)
        case "additionalProperties":
            known = error.schema["properties"].keys() if isinstance(error.schema, dict) else set()
            yield from (_at(f"invalid additional property: {name}", at) for name in error.instance.keys() - known)
        case "anyOf":
            yield _at("failed to match all allowed schemas", at)
            for inner in _likeliest(error):
                yield from _worded(inner, pointer)
        case "type":
            yield _at(f"must be a valid {limit}", at)
        case _:
            yield _at(f"must be a valid value ({error.validator}: {limit})", at)


def _likeliest(union: ValidationError) -> list[ValidationError]:
    """The complaints of the branch whose `type` fits, else of the one with the fewest."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in union.context or []:
        branches.setdefault(inner.schema_path[0], []).append(inner)

    def cost(errors: list[ValidationError]) -> tuple[bool, int]:
        wrong_type = any(one.validator == "const" and list(one.path)[-1:] == ["type"] for one in errors)
        return wrong_type, len(errors)

    return min(branches.values(), key=cost, default=[])


def _doubled(parts: Iterable[Any], name: str, pointer: str) -> list[str]:
    named = Counter(part[name] for part in parts if isinstance(part, dict) and part.get(name))
    return [_at(f"`{name}` already exists: {value}", pointer) for value, count in named.items() if count > 1]


def _of_type(parts: Iterable[Any], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if isinstance(part, dict) and part.get("type") == kind]


def _inside(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _inside(inner)


def _at(text: str, pointer: str) -> str:
    return f"{text} [json-pointer:{pointer}]"


@cache
def _validator(name: str) -> Draft7Validator:
    definitions = table("block_kit.schema.json")["definitions"]
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})


@cache
def _blocks_by_type() -> dict[str, str]:
    definitions = table("block_kit.schema.json")["definitions"]
    names = [ref["$ref"].removeprefix("#/definitions/") for ref in definitions["KnownBlock"]["anyOf"]]
    # An image block is a union (by URL or by Slack file); all its branches have the same type.
    bodies = {name: (definitions[name].get("anyOf") or [definitions[name]])[0] for name in names}
    return {body["properties"]["type"]["const"]: name for name, body in bodies.items()}
