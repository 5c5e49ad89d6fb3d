"""One issuer for all tests of a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from services.referral.app import SERVICE
from tests.signing_in import Browser, issuer_running, signing_in


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with issuer_running(tmp_path_factory.mktemp("issuer")) as address:
        yield address


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, issuer: str) -> AsyncIterator[tuple[FastAPI, Browser]]:
    """The referral service and a browser."""
    async with signing_in(SERVICE, database_url, tmp_path, issuer, sign_in_contact="An, 059 00 00 00") as both:
        yield both
