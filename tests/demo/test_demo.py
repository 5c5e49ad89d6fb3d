"""The demo tells the whole history, reads it back, and says so when a figure differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from deploy.local import demo, drive
from deploy.services import SERVICES
from tests.demo.behind import Behind
from tests.demo.files import FILE, file_with

SMALL = file_with("trainings", basic=4, in_depth=1, participants=60)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "PATIENCE", 0.5)
    monkeypatch.setattr(drive, "PAUSE", 0.01)
    for name in SERVICES:
        monkeypatch.setenv(f"{name.upper()}_URL", f"http://{name}")


def test_every_figure_of_the_file_is_read_back_and_kept_in_its_shape(tmp_path: Path) -> None:
    """Also when the services lag at first."""
    behind = Behind(lag=3)
    assert demo.live(FILE, 0, tmp_path, behind.client())
    kept = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    told = {"source", "not_published"}
    assert {**kept, **dict.fromkeys(told)} == {**FILE, **dict.fromkeys(told)}
    assert all("seed 0" in str(kept[part]) for part in told)
    assert len(list(tmp_path.glob("report.*"))) == 6
    assert behind.opinions > 0


def test_lived_twice_nothing_changes(tmp_path: Path) -> None:
    """The second run repeats the keys of the first."""
    behind = Behind()
    assert demo.live(SMALL, 0, tmp_path, behind.client())
    messages, keys = len(behind.programme.messages), dict(behind.keys)
    assert demo.live(SMALL, 0, tmp_path, behind.client())
    assert (len(behind.programme.messages), behind.keys) == (messages, keys)


def test_a_figure_that_differs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After waiting long enough, it is no lag."""
    assert not demo.live(SMALL, 0, tmp_path, Behind(forgets=1).client())
    assert "Different from what was sent: referrals.received" in capsys.readouterr().out


def test_what_another_history_left_is_told_apart_from_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two files lived through on one set of data add up."""
    behind = Behind()
    assert demo.live(SMALL, 0, tmp_path, behind.client())
    assert not demo.live(SMALL, 1, tmp_path, behind.client())
    assert "make clean forgets it" in capsys.readouterr().out


def run(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of the command line."""
    app = Typer()
    command: Callable[..., None] = demo.main
    app.command()(command)
    answer = CliRunner().invoke(app, arguments)
    return answer.exit_code, answer.output


def written(path: Path, content: Any) -> str:
    """A figures file, and where it is."""
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_a_file_no_history_can_satisfy_is_refused_before_anything_is_asked(tmp_path: Path, check: list[str]) -> None:
    """With the sentence, and exit 2."""
    file = tmp_path / "file.json"
    for wrong, sentence in (
        (file_with(completed=24), "24 people cannot complete"),
        (file_with(received=200, completed=121), "offer some module 4 times"),
        ("{", "cannot be lived up to"),
    ):
        code, output = run("--figures", written(file, wrong), *check)
        assert (code, sentence in output) == (2, True)
    assert run("--figures", str(tmp_path / "none.json"), *check)[0] == 2


def test_a_file_can_be_checked_without_any_service() -> None:
    """So that nothing is started for a file that cannot be."""
    assert run("--check") == (0, "")
