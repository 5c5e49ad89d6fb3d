"""A pytest plugin: several runs share one collection, and each file is run by the first that claims it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

_LONGEST = ("demo", "deploy")  # folders whose files take longest begin first, so that no part waits for one at the end


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where claims are written."""
    parser.addoption("--claims", type=Path, required=True, help="a folder that all parts of this run share")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run what this part claims; another part runs the rest."""
    if session.testsfailed or session.config.option.collectonly:
        return None
    mine = _claimed(session.items, session.config.getoption("--claims"))
    item = next(mine, None)
    while item is not None:
        following = next(mine, None)
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True


def _claimed(items: list[pytest.Item], claims: Path) -> Iterator[pytest.Item]:
    files = [(path, list(tests)) for path, tests in groupby(items, key=lambda item: item.path)]
    for path, tests in sorted(files, key=lambda file: file[0].parent.name not in _LONGEST):
        try:
            (claims / "-".join(path.parts[-2:])).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield from tests
