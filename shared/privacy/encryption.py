"""Encrypts fields that only few may read: the first key encrypts, all of them decrypt."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.secrets.files import read_secret


class Undecryptable(Exception):  # noqa: N818 - ops must add the key back
    """None of the keys opens what is stored."""


class FieldCipher:
    """Rotating is adding a key in front, then renewing everything that is stored."""

    def __init__(self, *keys: bytes | str) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])
        self._digest_keys = [_digest_key(key) for key in keys]

    @classmethod
    def of_file(cls, file: str) -> FieldCipher:
        """The keys of a file, newest first, one a line. Raises ReadableByOthers."""
        return cls(*read_secret(file).split())

    def encrypt(self, text: str) -> bytes:
        """The text as a Fernet token."""
        return self._keys.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """The text of a token; raises Undecryptable."""
        try:
            return self._keys.decrypt(token).decode()
        except InvalidToken:
            raise Undecryptable from None

    def rotate(self, token: bytes) -> bytes:
        """The same text, encrypted with the newest key; raises Undecryptable."""
        try:
            return self._keys.rotate(token)
        except InvalidToken:
            raise Undecryptable from None

    def digests(self, *parts: str) -> list[bytes]:
        """A digest of the parts under each key, the newest first: what is alike can be told without being kept."""
        told = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
        return [hmac.new(key, told, hashlib.sha256).digest() for key in self._digest_keys]


def _digest_key(key: bytes | str) -> bytes:
    secret = key.encode() if isinstance(key, str) else key
    return HKDF(SHA256(), 32, salt=None, info=b"carrousel field digest").derive(secret)
