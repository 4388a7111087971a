"""Tokens sealed before they are stored: whoever reads the database or a backup of it gets none of them.

Fernet of the `cryptography` library (AES-128-CBC with HMAC-SHA256), by keys that stand in the environment or the
configuration. The first key seals; all of them open, so that a new key can be put before the old one.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_MARK = "sealed:"  # so that nothing is sealed twice, and what is not sealed is seen


class SealError(Exception):
    """No key opens it, or a key is none; the message says what to do."""


class Seal:
    """Seals and opens texts."""

    def __init__(self, keys: Sequence[str]) -> None:
        """SealError when there is no key, or one that is none."""
        try:
            self._keys = MultiFernet([Fernet(key.strip()) for key in keys if key.strip()])
        except ValueError:
            raise SealError(
                "token_key in [slack] is missing or no key; make one with `dealwire slack key` and keep it safe"
            ) from None

    def close(self, text: str) -> str:
        """Sealed; what is sealed already stays as it is."""
        return text if text.startswith(_MARK) else _MARK + self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text. SealError when no key of ours sealed it."""
        try:
            return self._keys.decrypt(sealed.removeprefix(_MARK)).decode()
        except InvalidToken:
            raise SealError(
                "the stored token was sealed with another key: put that key back into token_key in [slack], "
                "after the present one and a comma, or have the app installed anew"
            ) from None

    def renewed(self, sealed: str) -> str:
        """The same under the first key. SealError as for `open`."""
        return _MARK + self._keys.encrypt(self.open(sealed).encode()).decode()


def new_key() -> str:
    """A key, from the machine's randomness."""
    return Fernet.generate_key().decode()
