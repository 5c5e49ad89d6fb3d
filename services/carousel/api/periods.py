"""The days that a question is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from shared.domain.bounds import Day

Since = Annotated[Day, Query(description="first day of the period")]
Until = Annotated[Day, Query(description="last day of the period")]
FromOn = Annotated[Day | None, Query(description="the day he would join; today when not told")]
