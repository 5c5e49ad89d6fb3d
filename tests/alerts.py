"""Which alerts a process would raise: what it exports, put before the rules that Prometheus reads, by promtool."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

RULES = Path(__file__).resolve().parents[1] / "deploy" / "prometheus" / "alerts.yml"
_MINUTES = 45
_TIMES = "_timestamp_seconds"
_JITTER_SECONDS = 0.5


def every_alert() -> set[str]:
    """The name of each."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"] for group in groups for rule in group["rules"]}


def promtool_is_here() -> bool:
    """Without it nothing is said of alerts: a test is skipped by that name."""
    return shutil.which("promtool") is not None


def others_than(alerts: Collection[str], before: str, now: str, home: Path) -> str:
    """What promtool says when not exactly `alerts` would fire, did the process go on as it was between two looks."""
    asked = [
        {
            "expr": f'sum(ALERTS{{alertname="{name}", alertstate="firing"}} > bool 0) > bool 0 or vector(0)',
            "eval_time": f"{_MINUTES}m",
            "exp_samples": [{"labels": "{}", "value": int(name in alerts)}],
        }
        for name in sorted(every_alert())
    ]
    given = [{"series": series, "values": values} for series, values in _series(before, now)]
    test = {"interval": "1m", "input_series": given, "promql_expr_test": asked}
    file = home / "alerts_seen.yml"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}), "utf-8")
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _series(before: str, now: str) -> Iterator[tuple[str, str]]:
    """Each time series of a process as it would go on: times that moved go on moving, everything else stays."""
    was = dict(_samples(before))
    for series, value in _samples(now):
        moved = abs(value - was.get(series, 0.0)) > _JITTER_SECONDS
        if series.split("{")[0].endswith(_TIMES):
            yield series, f"0+60x{_MINUTES}" if moved else f"0x{_MINUTES}"
        else:
            yield series, f"{value}x{_MINUTES}"


def _samples(exposition: str) -> Iterator[tuple[str, float]]:
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name.startswith("carrousel_"):
                labels = {"job": "referral", "instance": "here"} | sample.labels
                told = ", ".join(f"{name}={json.dumps(value)}" for name, value in labels.items())
                yield f"{sample.name}{{{told}}}", sample.value
