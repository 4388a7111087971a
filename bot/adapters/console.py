"""The terminal as a channel: cards as coloured panels where the terminal has colour, as plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from bot.adapters.layout import IST, card_lines, label, printable, web_link, words_of
from bot.i18n import later
from bot.model import Card, Channel, Line, Platform, Post, Receipt, RetryLater, Run, SendResult
from bot.ports import Handlers, Inlet

# By what the label begins with; anything else is a plain border. Judgement: red is kept for what went wrong.
_BORDERS = {
    later("NEW"): "green",
    later("UPDATE"): "cyan",
    later("SLIP"): "yellow",
    later("EARLIER"): "yellow",
    later("DATES DIFFER"): "yellow",
    later("DENIED"): "red",
    later("CORRECTED"): "red",
}


class ConsoleAdapter:
    """Prints alerts on a rich console; takes no commands."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._gone = False

    @property
    def platform(self) -> Platform:
        return "console"

    @property
    def inlets(self) -> Sequence[Inlet]:
        return ()

    async def start(self, handlers: Handlers | None) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Nothing to close: the console belongs to whoever made it."""

    async def send(self, channel: Channel, post: Post) -> SendResult:
        """Print the card and the lines. `RetryLater` when the terminal or the pipe behind it is gone."""
        gone = RetryLater(reason="nobody reads the terminal or the pipe any more")
        if self._gone:
            return gone
        try:
            if post.card is not None and self._console.is_terminal:
                self._console.print(card_panel(post.card, self._console.width, post.zone))
            elif post.card is not None:
                self._console.print(card_text(post.card, post.zone), soft_wrap=True)
            if post.lines:
                self._console.print(Text("\n").join(map(_text, post.lines)), soft_wrap=True)
        except SystemExit:  # so rich leaves when a pipe breaks, silent from then on; the other channels go on
            self._gone = True
            return gone
        except OSError as error:  # a full disk behind a redirection
            return RetryLater(reason=f"the terminal takes no text: {error.strerror or type(error).__name__}")
        return Receipt(message_id="")

    async def edit(self, channel: Channel, message_id: str, post: Post) -> SendResult:
        """Nothing: what is printed stays."""
        return Receipt(message_id=message_id)


def card_panel(card: Card, width: int, zone: str = IST) -> Panel:
    """The card as a panel at most 100 columns wide; colours are dropped by rich where the terminal has none."""
    what = label(card)
    title, *rest = card_lines(card, zone)[1 if what else 0 :]
    return Panel(
        Group(_text(title), *_address(card), *map(_text, rest)),
        title=Text(what, style="bold") if what else None,
        title_align="left",
        border_style=_border(card),
        width=min(width, 100),
    )


def card_text(card: Card, zone: str = IST) -> Text:
    """The card as lines for a file or a pipe, an empty line after it."""
    what = label(card)
    title, *rest = card_lines(card, zone)[1 if what else 0 :]
    lines = [_plain(title), *_address(card), *map(_plain, rest), Text()]
    return Text("\n").join([Text(what), *lines] if what else lines)


def _border(card: Card) -> str:
    words, what = words_of(card), label(card).partition(" · ")[0]
    return next((colour for mark, colour in _BORDERS.items() if words.say(mark) == what), "none")


def _address(card: Card) -> list[Text]:
    # A link that a click may follow is no help on paper or over ssh: the address is shown, too.
    link = web_link(card.url)
    return [Text(link, style="dim")] if link else []


def _plain(one: Line) -> Text:
    return Text("".join(printable(run.text) for run in one))


def _text(one: Line) -> Text:
    return Text.assemble(*(_styled(run) for run in one))


def _styled(run: Run) -> tuple[str, Style]:
    return printable(run.text), Style(
        bold=run.style == "bold", italic=run.style == "italic", link=web_link(run.url) if run.url else None
    )
