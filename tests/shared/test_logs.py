"""A log is one JSON object a line, and no text of an exception stands in it, whoever raised it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

SECRET = "Zebedeus Onvindbaar"  # noqa: S105 - what must never stand in a log
BEGIN = "import logging, asyncio, structlog\nfrom shared.observability import logs\nlogs.configure('any')\n"
SAYS = {
    "ours": "structlog.get_logger('x').info('answered', route='/x', status=200)",
    "ours with a value of ours": "structlog.get_logger('x').info('answered', what=ValueError('Zebedeus Onvindbaar'))",
    "a library": "logging.getLogger('lib').warning('something %s', 'odd')",
    "a library with an exception": """
try:
    raise ValueError('Zebedeus Onvindbaar')
except ValueError:
    logging.getLogger('uvicorn.error').exception('Exception in ASGI application')
""",
    "an exception given": "logging.getLogger('lib').error('odd', exc_info=ValueError('Zebedeus Onvindbaar'))",
    "a traceback as text": """
import traceback
try:
    raise ValueError('Zebedeus Onvindbaar\\nZebedeus: Onvindbaar')
except ValueError:
    logging.getLogger('uvicorn.error').error(traceback.format_exc())
""",
    "more than a line": "logging.getLogger('lib').error('odd\\nZebedeus Onvindbaar')",
    "a task nobody waited for": """
async def fail():
    raise ValueError('Zebedeus Onvindbaar')
async def main():
    task = asyncio.ensure_future(fail())
    await asyncio.sleep(0.01)
    del task
asyncio.run(main())
""",
}


def said(what: str) -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", BEGIN + what], capture_output=True, check=True)  # noqa: S603 - our own text
    return [json.loads(line) for line in (done.stdout + done.stderr).decode().splitlines()]


@pytest.mark.parametrize("who", list(SAYS))
def test_a_line_is_one_object_and_holds_no_text_of_an_exception(who: str) -> None:
    [line] = said(SAYS[who])
    assert SECRET not in json.dumps(line)
    assert {"message", "level", "timestamp", "service"} <= set(line)
    assert line["service"] == "any"


@pytest.mark.parametrize("who", ["a library with an exception", "a traceback as text"])
def test_the_class_of_an_exception_is_logged(who: str) -> None:
    assert [line.get("cause") for line in said(SAYS[who])] == ["ValueError"]
