"""A real browser, where this machine has one, and a service on a port for it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright

from deploy.local.ports import free_port
from shared.service.declaration import Service
from shared.service.serving import server_config
from tests.serving import settings_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium, which this machine does not have")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Without a sandbox of its own: it meets our pages only."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def on_a_port(service: Service, database_url: str, home: Path, **more: Any) -> AsyncIterator[str]:
    """The address of a service that answers over plain HTTP on the loopback address until the end of the block."""
    port = free_port()
    settings = settings_for(database_url, home, port=port, **more)
    server = uvicorn.Server(server_config(service.application(settings), settings))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if serving.done():
                await serving
            await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
