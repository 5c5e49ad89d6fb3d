"""The days and the city that a question is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from shared.domain.bounds import Day
from shared.i18n.code_lists import City

Since = Annotated[Day, Query(description="first day of the period")]
Until = Annotated[Day, Query(description="last day of the period")]
FromOn = Annotated[Day | None, Query(description="the day he would join; today when not told")]
OneCity = Annotated[City, Query(description="one of the caller's cities")]
