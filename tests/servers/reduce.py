"""Cuts the published API descriptions down to the small tables that the strict local servers judge by.

In: a folder of full specs (telegram_bot_api.core.json, slack_web_methods.json, slack_block_kit.schema.json,
LICENSE.*). Out: the tables of tests/servers/data. Run it after the specs were renewed:

    python -m tests.servers.reduce PATH_OF_THE_SPECS
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"

SLACK_FAMILIES = (
    *("api.test", "apps.connections.open", "apps.uninstall", "auth.", "bots.info", "team.info"),
    *("chat.", "conversations.", "reactions.", "pins.", "users.", "views.", "oauth.v2.access"),
    *("files.getUploadURLExternal", "files.completeUploadExternal"),
)
"""The Slack methods a bot of our kind could come to call; any other one is answered with unknown_method."""

BLOCKS = ("ActionsBlock", "ContextBlock", "DividerBlock", "HeaderBlock", "ImageBlock", "InputBlock")
"""With SectionBlock, MarkdownBlock and RichTextBlock: the blocks the product may use."""


def telegram_table(spec: dict[str, Any]) -> dict[str, Any]:
    """Methods and the types their arguments reach: {"field?": "Integer|String:1-64 bytes"}; ? = optional."""
    methods, types = spec["methods"], spec["types"]
    reached: set[str] = set()

    def reach(name: str) -> None:
        bare = re.sub(r"^(Array of )+", "", name)
        if bare in reached or bare not in types:
            return
        reached.add(bare)
        for inner in _types_in(types[bare]):
            reach(inner)

    for method in methods.values():
        for name in _types_in(method):
            reach(name)
    return {
        "source": f"{spec['version']}, {spec['release_date']}; {spec['source']}",
        "methods": {
            name: {"->": "|".join(method["returns"]), **_fields(method)} for name, method in sorted(methods.items())
        },
        "types": {
            name: {"or": types[name]["subtypes"]} if "subtypes" in types[name] else _fields(types[name])
            for name in sorted(reached)
        },
    }


def slack_table(spec: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    """Methods of `SLACK_FAMILIES`: args {"name?": type}, the bot scopes (any one suffices), tier, error codes."""
    return {
        "source": spec["source"],
        "common_errors": common["common"],
        "methods": {
            name: {
                "args": {
                    arg + ("" if about.get("required") else "?"): about.get("type", "any")
                    for arg, about in method["args"].items()
                },
                "scopes": method["scopes"].get("bot", []),
                "tier": _tier(method["rate_limit"]),
                "errors": method["errors"],
            }
            for name, method in sorted(spec["methods"].items())
            if name.startswith(SLACK_FAMILIES)
        },
    }


def block_kit_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without prose, holding the product's blocks, the views and whatever those refer to."""
    definitions: dict[str, Any] = {name: _without_prose(body) for name, body in schema["definitions"].items()}
    wanted = {"ModalView", "HomeView", "SectionBlock", "MarkdownBlock", "RichTextBlock", *BLOCKS}
    blocks = sorted(wanted - {"ModalView", "HomeView"})
    definitions["KnownBlock"] = {"anyOf": [{"$ref": f"#/definitions/{name}"} for name in blocks]}
    definitions["AnyBlock"] = {"$ref": "#/definitions/KnownBlock"}  # the union's bare Block would allow anything
    kept: dict[str, Any] = {}
    queue = sorted(wanted | {"KnownBlock", "AnyBlock"})
    while queue:
        name = queue.pop()
        if name in kept:
            continue
        kept[name] = definitions[name]
        queue += re.findall(r'"#/definitions/([^"]+)"', json.dumps(kept[name]))
    return {"$schema": schema["$schema"], "title": schema["title"], "definitions": dict(sorted(kept.items()))}


def tables(specs: Path) -> dict[str, dict[str, Any]]:
    """Every table by file name, made from the full specs in the folder `specs`."""

    def read(name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((specs / name).read_text(encoding="utf-8"))
        return loaded

    return {
        "telegram_methods.json": telegram_table(read("telegram_bot_api.core.json")),
        "slack_methods.json": slack_table(read("slack_web_methods.json"), read("slack_common_errors.json")),
        "block_kit.schema.json": block_kit_schema(read("slack_block_kit.schema.json")),
    }


def main(specs: Path) -> None:
    for name, table in tables(specs).items():
        text = json.dumps(table, separators=(",", ":"), ensure_ascii=False)
        text = re.sub(r'("methods":\{|"types":\{|"definitions":\{|\},(?="[A-Za-z.]+":\{))', r"\1\n", text)
        (DATA / name).write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {len(text.encode()):,} bytes")


def _types_in(described: dict[str, Any]) -> list[str]:
    fields = described.get("fields", {}).values()
    return [*described.get("subtypes", []), *(name for field in fields for name in field["types"])]


def _fields(described: dict[str, Any]) -> dict[str, str]:
    return {
        name + ("" if field["required"] else "?"): "|".join(field["types"])
        + (":{}-{} {}".format(*field["len"]) if "len" in field else "")
        for name, field in described.get("fields", {}).items()
    }


def _tier(text: str | None) -> int | None:
    found = re.match(r"Tier (\d)", text or "")
    return int(found[1]) if found else None


def _without_prose(node: Any) -> Any:
    if isinstance(node, dict):
        # A property may itself be called "description" (an option's): then it is a schema, not a sentence.
        return {
            key: _without_prose(value)
            for key, value in node.items()
            if not (key == "description" and isinstance(value, str))
        }
    return [_without_prose(value) for value in node] if isinstance(node, list) else node


if __name__ == "__main__":
    main(Path(sys.argv[1]))
