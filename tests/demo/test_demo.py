"""The demo tells the whole history, reads it back, and says so when a figure differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer import Typer
from typer.testing import CliRunner

from deploy.local import demo, drive
from deploy.local.history import TOLD

FILE: dict[str, Any] = json.loads(demo.FILE.read_text(encoding="utf-8"))


class Programme:
    """Both services in memory: counts what it is told, once per idempotency key."""

    def __init__(self, lag: int = 0, forgets: int = 0) -> None:
        self.told: dict[str, tuple[str, dict[str, Any]]] = {}
        self.lag, self.forgets = lag, forgets

    def answer(self, request: httpx.Request) -> httpx.Response:
        """As the two APIs would."""
        assert request.headers["authorization"].startswith("Bearer ")
        if request.method == "POST":
            self.told[request.headers["idempotency-key"]] = (request.url.path, json.loads(request.content))
        if request.url.path == "/figures":
            return httpx.Response(200, json={"figures": self.figures()})
        if request.url.path == "/report":
            return httpx.Response(200, content=str(request.url.query).encode())
        return httpx.Response(200, json={"version": 1})

    def figures(self) -> list[dict[str, Any]]:
        """Counted from what was told; the first `lag` times nothing was heard yet."""
        self.lag -= 1
        paths = [] if self.lag >= 0 else list(self.told.values())
        heard = [body for path, body in paths if path == "/referrals"]
        kinds = [path.rsplit("/", 1)[-1] for path, _ in paths]
        others = [code for code in TOLD if code not in demo.COVERED.values()]
        persons = {body["referrer_id"] for body in heard} - {None}
        return [
            {"code": "referrals_received", "value": len(heard) - self.forgets},
            {"code": "referring_persons", "value": len(persons)},
            *({"code": code, "value": kinds.count(TOLD[code])} for code in others),
        ]

    def client(self) -> httpx.Client:
        """A client that reaches only this."""
        return httpx.Client(transport=httpx.MockTransport(self.answer))


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "PATIENCE", 0.5)
    monkeypatch.setattr(drive, "PAUSE", 0.01)


def test_the_figures_of_the_file_are_read_back_and_kept(tmp_path: Path) -> None:
    """Also when the figures lag at first; what is not covered is null."""
    assert demo.live(FILE, 0, tmp_path, Programme(lag=3).client())
    kept = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert kept.keys() == FILE.keys()
    assert kept["referrals"] == {"received": 23, "distinct_referrers": 12, "completed": None}
    assert kept["trainings"] == {"basic": None, "in_depth": None, "participants": None}
    assert len(list(tmp_path.glob("report.*"))) == 6


def test_lived_twice_nothing_changes(tmp_path: Path) -> None:
    """The second run repeats the keys of the first."""
    programme = Programme()
    assert demo.live(FILE, 0, tmp_path, programme.client())
    told = dict(programme.told)
    assert demo.live(FILE, 0, tmp_path, programme.client())
    assert programme.told == told


def test_a_figure_that_differs_is_said(tmp_path: Path) -> None:
    """After waiting long enough, it is no lag."""
    assert not demo.live(FILE, 0, tmp_path, Programme(forgets=1).client())


def run(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of the command line."""
    app = Typer()
    command: Callable[..., None] = demo.main
    app.command()(command)
    answer = CliRunner().invoke(app, arguments)
    return answer.exit_code, answer.output


def test_a_file_no_history_can_satisfy_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    """With the sentence, and exit 2."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({**FILE, "referrals": {**FILE["referrals"], "completed": 24}}), encoding="utf-8")
    code, output = run("--figures", str(wrong))
    assert (code, "24 people cannot complete" in output) == (2, True)
    wrong.write_text("{", encoding="utf-8")
    assert run("--figures", str(wrong))[0] == 2
    assert run("--figures", str(tmp_path / "none.json"))[0] == 2
