"""The days and the city that a question is about, and how many are proposed when nobody says how many."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from shared.domain.bounds import Day
from shared.http.pagination import After, Limit, PageRequest
from shared.i18n.code_lists import City

Since = Annotated[Day, Query(description="first day of the period")]
Until = Annotated[Day, Query(description="last day of the period")]
FromOn = Annotated[Day | None, Query(description="the day he would join; today when not told")]
OneCity = Annotated[City, Query(description="one of the caller's cities")]


def _short_page(after: After = None, limit: Limit = 20) -> PageRequest:
    return PageRequest(after, limit)


ShortPaging = Annotated[PageRequest, Depends(_short_page)]
