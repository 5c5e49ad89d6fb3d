"""Which ports a stack takes: the documented ones when it stays, free ones when it passes, the caller's choice first."""

from __future__ import annotations

import socket
import subprocess
import sys
from subprocess import PIPE

import pytest

from deploy.local import services
from deploy.local.ports import free_port, port_of, require_free
from deploy.local.processes import Trouble
from deploy.services import PORTS


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PORTS:
        monkeypatch.delenv(f"{name.upper()}_PORT", raising=False)


def test_a_stack_that_stays_has_the_documented_ports() -> None:
    ports = {"REFERRAL_PORT": "8101", "CAROUSEL_PORT": "8102", "TRAINING_PORT": "8103", "REPORTING_PORT": "8104"}
    assert services.ports(fixed=True) == ports


def test_stacks_that_pass_never_meet() -> None:
    taken = [*services.ports(fixed=False).values(), *services.ports(fixed=False).values()]
    assert len(set(taken)) == 8
    assert not {"8101", "8102", "8103", "8104"} & set(taken)


def test_processes_that_ask_at_once_with_one_seed_are_lent_different_ports() -> None:
    ask = (
        "import random; random.seed(1); from deploy.local.ports import free_port; "
        "print(*(free_port() for _ in range(400)), flush=True); input()"
    )
    asking = [
        subprocess.Popen([sys.executable, "-c", ask], stdin=PIPE, stdout=PIPE, text=True)  # noqa: S603 - our own code
        for _ in range(4)
    ]
    ports = [port for each in asking if each.stdout for port in each.stdout.readline().split()]
    for each in asking:
        each.communicate("\n")
    assert len(ports) == len(set(ports)) == 1600


@pytest.mark.parametrize("fixed", [True, False])
def test_the_callers_choice_comes_first(monkeypatch: pytest.MonkeyPatch, *, fixed: bool) -> None:
    monkeypatch.setenv("CAROUSEL_PORT", "9001")
    assert services.ports(fixed=fixed)["CAROUSEL_PORT"] == "9001"


@pytest.mark.parametrize("chosen", ["eighty", "0", "65536", "-1"])
def test_what_is_no_port_number_is_said(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    monkeypatch.setenv("KAFKA_PORT", chosen)
    with pytest.raises(Trouble, match=f"KAFKA_PORT is '{chosen}', which is not a port number"):
        port_of("KAFKA_PORT", 19092)


def test_a_taken_port_is_said_with_the_variable_that_changes_it() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(Trouble, match=rf"Port {port}, wanted for Kafka, is taken: .* or set KAFKA_PORT\."):
            require_free(port, "Kafka", "KAFKA_PORT")
    require_free(free_port(), "Kafka", "KAFKA_PORT")
