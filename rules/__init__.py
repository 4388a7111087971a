"""Detection of news items by a topic pack: pure, useful alone.

pack = load_pack("india_russia")
detection = detect(Item(id="1", title="India signs S-400 contract"), pack)
"""

from rules.model import Certainty, Detection, Fact, Item, Mention, Reason, Span

__all__ = ["Certainty", "Detection", "Fact", "Item", "Mention", "Reason", "Span"]
