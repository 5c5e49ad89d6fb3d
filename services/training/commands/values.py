"""The values that commands hold in narrower bounds than facts do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.i18n.code_lists import Sector

Heads = Annotated[dict[Sector, Annotated[int, Field(ge=0, le=10_000)]], Field(max_length=50)]
