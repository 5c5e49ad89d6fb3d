"""Which signs our paper can show: those of the fonts inside Typst (`printable.json`, held by a test against Typst)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

JOINERS = "\u200c\u200d"
"""They join letters, or keep them apart, in names of Persian, Arabic or Indian spelling, and are no sign themselves."""
WITHOUT_JOINERS = str.maketrans("", "", JOINERS)
REPLACEMENT = "\u25a1"


def unprintable(text: str) -> str | None:
    """The first sign that cannot be printed, or None; also one that turns the direction of writing, or joins none."""
    return next((sign for sign, prints in _signs(text) if not prints), None)


def described(sign: str) -> str:
    """A sign, as somebody finds it again: with its number, which tells what cannot be seen."""
    return f"{sign} (U+{ord(sign):04X})" if sign.isprintable() else f"U+{ord(sign):04X}"


def shown(text: str) -> str:
    """A text as it can be printed: what cannot stands as a square."""
    return "".join(
        sign if prints else " " if sign.isspace() else "" if sign in JOINERS else REPLACEMENT
        for sign, prints in _signs(text)
    )


def joins(before: str, after: str) -> bool:
    """Whether something between these two is between letters of one word."""
    return before.isalpha() and after.isalpha()


def _signs(text: str) -> Iterator[tuple[str, bool]]:
    """Each sign of a text, and whether it can be printed there."""
    composed = unicodedata.normalize("NFC", text)
    for before, sign, after in zip(f" {composed}", composed, f"{composed[1:]} ", strict=False):
        yield sign, joins(before, after) if sign in JOINERS else sign in _known()


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    told = json.loads(Path(__file__).with_suffix(".json").read_bytes())["ranges"]
    ranges = [each.partition("-") for each in told]
    return frozenset(
        chr(code) for first, _, last in ranges for code in range(int(first, 16), int(last or first, 16) + 1)
    )
