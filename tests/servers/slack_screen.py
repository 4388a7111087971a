"""What one user of the local Slack sees and does beside messages: modals, the app's page, shortcuts.

The user's side of Slack is strict, too: a modal is handed in with what stands in its fields, as the client checks
it; an answer that the client could not show raises an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.slack import SlackServer
from tests.servers.slack_answers import SlackReply, SlashResult
from tests.servers.slack_methods import show_view
from tests.servers.slack_rules import SlackRefusalError
from tests.servers.slack_state import SlackChannel, SlackMessage, SlackUser, Workspace, texts_in

View = dict[str, Any]
STACK_MAX = 3  # modals over each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What came of handing a modal in."""

    acked: bool
    ack_ms: float | None
    errors: Mapping[str, str]  # by block_id; empty: it was taken


class Screen:
    """One user's."""

    def __init__(self, server: SlackServer, user: SlackUser, own: SlackChannel | None = None) -> None:
        self.server = server
        self.user = user
        self.own = own or server.add_im(user)
        self.stack: list[str] = []  # ids of the open modals, the topmost last

    @property
    def space(self) -> Workspace:
        return self.server.space_of(self.user)

    # --- modals ---

    @property
    def modal(self) -> View:
        """The topmost one. Raises AssertionError where none is open."""
        assert self.stack, "no modal is open"
        return self.space.views[self.stack[-1]]

    def text(self) -> str:
        """Every text of the topmost modal, one a line."""
        return "\n".join(texts_in([self.modal]))

    async def slash(self, text: str, channel: SlackChannel, *, replies: int = 0, timeout: float = 10) -> SlashResult:
        """/dealwire `text`; returns when a modal stands open, or as `SlackServer.slash`."""
        before = set(self.space.views)
        result = await self.server.slash(text=text, user=self.user, channel=channel, replies=replies, timeout=timeout)
        if not replies:
            await self._opened(before)
        return result

    async def click(self, message: SlackMessage | SlackReply, action_id: str) -> None:
        """A button on a message that opens a modal."""
        before = set(self.space.views)
        await self.server.interact(message, action_id, user=self.user, replies=0)
        await self._opened(before)

    async def hand_in(self, **values: str) -> Handed:
        """Hands the topmost modal in, its fields as they stand but for `values`: of a choice the option's value, of a
        mark "yes" or "", of a channel its id."""
        view = self.modal
        state = {block["block_id"]: _state(block, values) for block in view["blocks"] if block["type"] == "input"}
        assert values.keys() <= state.keys(), f"no such fields: {values.keys() - state.keys()}"
        ack = await self.server.submit(view["id"], state, user=self.user)
        payload = (ack.payload or {}) if ack else {}
        errors = self._follow(payload, view) if ack else {}
        return Handed(acked=ack is not None, ack_ms=ack.ms if ack else None, errors=errors)

    def close(self) -> None:
        """The button that closes the topmost modal."""
        if self.modal.get("clear_on_close"):
            self.stack.clear()
        else:
            self.stack.pop()

    async def until(self, *words: str, timeout: float = 10) -> None:
        """Returns once the topmost modal says all of these."""
        done = await self.server.changed.until(
            lambda: bool(self.stack) and all(word in self.text() for word in words), timeout
        )
        assert done, f"the modal says: {self.text() if self.stack else 'nothing'}"

    def _follow(self, payload: Mapping[str, Any], view: View) -> Mapping[str, str]:
        """What the client makes of the acknowledgement."""
        alarms = self.server.alarms
        alarms.extend(f"ack: unknown field {name}" for name in payload.keys() - {"response_action", "view", "errors"})
        action = payload.get("response_action")
        if action == "errors":
            inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            errors: dict[str, str] = payload["errors"]
            alarms.extend(f"ack: error at {name}, which is no field" for name in errors.keys() - inputs)
            if not errors:
                alarms.append("ack: errors without any")
            return errors
        if action in ("update", "push"):
            try:
                shown = show_view(self.space, payload["view"], view_id=view["id"] if action == "update" else "")
            except SlackRefusalError as refusal:
                alarms.append(f"ack: {refusal.code} {refusal.more.get('errors', '')}")
                return {}
            if action == "push":
                if len(self.stack) >= STACK_MAX:
                    alarms.append("ack: too many modals over each other")
                self.stack.append(shown)
        elif action == "clear":
            self.stack.clear()
        elif action is None:
            self.stack.pop()
        else:
            alarms.append(f"ack: unknown response_action {action}")
        return {}

    async def _opened(self, before: set[str], timeout: float = 10) -> None:
        def new() -> str | None:
            return next((key for key in self.space.views if key not in before and key.startswith("V")), None)

        found = await self.server.changed.until(new, timeout)
        log = [f"{one.method} {one.error}" for one in self.server.log][-5:]
        assert found, f"no modal within {timeout} s; {log}; {self.server.alarms}"
        self.stack = [found]

    # --- the app's page ---

    @property
    def home(self) -> View:
        """As it was published last. Raises KeyError before."""
        return self.space.views[f"home-{self.user.id}"]

    def home_text(self) -> str:
        return "\n".join(texts_in([self.home]))

    async def look_home(self, *, tab: str = "home", timeout: float = 10) -> str:
        """Opens the page; its texts once it is published anew."""
        before = self._hash()
        event = {"type": "app_home_opened", "user": self.user.id, "channel": self.own.id, "tab": tab}
        await self.server.event(event, at=self.space)
        await self._published(before, timeout)
        return self.home_text()

    def buttons(self) -> list[dict[str, Any]]:
        """Of the page, in order."""
        return [element for block in self.home["blocks"] for element in block.get("elements", ()) if "value" in element]

    async def press_home(self, text: str, *, number: int = 0, opens: bool = False, timeout: float = 10) -> None:
        """Presses the `number`-th button of the page that is called so; returns when the page is published anew, or
        with `opens` when a modal stands open."""
        named = [button for button in self.buttons() if button["text"]["text"] == text]
        assert len(named) > number, f"no such button: {[button['text']['text'] for button in self.buttons()]}"
        views, before = set(self.space.views), self._hash()
        await self.server.act_in_view(self.home, named[number], user=self.user)
        if opens:
            await self._opened(views, timeout)
        else:
            await self._published(before, timeout)

    async def refreshed(self, *words: str, timeout: float = 10) -> None:
        """Returns once the page says all of these."""
        done = await self.server.changed.until(lambda: all(word in self.home_text() for word in words), timeout)
        assert done, f"the page says: {self.home_text()}"

    def _hash(self) -> str:
        view = self.space.views.get(f"home-{self.user.id}")
        return str(view["hash"]) if view else ""

    async def _published(self, before: str, timeout: float) -> None:
        done = await self.server.changed.until(lambda: self._hash() != before, timeout)
        assert done, f"no page within {timeout} s; {self.server.alarms}"

    # --- shortcuts ---

    async def shortcut(
        self, callback_id: str, message: Mapping[str, Any], channel: SlackChannel, *, replies: int = 1
    ) -> SlashResult:
        """A shortcut on a message of the channel, given as Slack shows it ({"ts": …, "text": …})."""
        return await self.server.message_action(callback_id, message, user=self.user, channel=channel, replies=replies)


def _state(block: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """What the client sends of a field."""
    element, name = block["element"], block["block_id"]
    kind = element["type"]
    given = values.get(name)
    state: dict[str, Any] = {"type": kind}
    match kind:
        case "static_select":
            options = {option["value"]: option for option in element["options"]}
            chosen = options[given] if given is not None else element.get("initial_option")
            assert chosen or block.get("optional"), f"{name} must be chosen"
            state["selected_option"] = chosen
        case "checkboxes":
            options = {option["value"]: option for option in element["options"]}
            initial = element.get("initial_options", [])
            state["selected_options"] = initial if given is None else [options[given]] if given else []
        case "timepicker":
            state["selected_time"] = element.get("initial_time") if given is None else given or None
        case "conversations_select":
            state["selected_conversation"] = element.get("initial_conversation") if given is None else given or None
        case "plain_text_input":
            text = element.get("initial_value") if given is None else given or None
            assert text or block.get("optional"), f"{name} must be filled in"
            assert len(text or "") <= element.get("max_length", 3000), f"{name} takes no more"
            state["value"] = text
        case _:
            raise AssertionError(f"no client for {kind}")
    return {element["action_id"]: state}
