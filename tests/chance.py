"""How many examples a test draws: as many as it says in `make test`, the same share of more in `make search`."""

from __future__ import annotations

from hypothesis import settings

_USUAL = 100  # what the profile `test` draws


def examples(number: int) -> settings:
    """Settings of a test that draws `number` examples under the profile `test`; all else is the profile's."""
    return settings(max_examples=max(1, number * settings().max_examples // _USUAL))
