"""What the local stack says when it cannot: a sentence, an exit code, and no process left."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.processes import Trouble
from tests.deploy.conftest import House

SAY = ("run", "--", "echo", "the command ran")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 30 MB, where this machine lets us have one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(  # noqa: S603
        ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(folder)],  # noqa: S607
        check=False,
        capture_output=True,
    )
    if not mounted or mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607


@pytest.mark.parametrize(("variable", "what"), [("POSTGRES_PORT", "PostgreSQL"), ("REFERRAL_PORT", "referral")])
async def test_a_taken_port_is_said_and_nothing_stays_running(house: House, variable: str, what: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", int(house.environment[variable])))
        holder.listen()
        code, said = await house.say("up")
    assert code == 1
    assert f"Port {house.environment[variable]}, wanted for {what}, is taken" in said
    assert f"or set {variable}" in said
    assert "Traceback" not in said
    assert house.left() == []


async def test_a_full_disk_is_said_before_anything_starts(house: House, small_disk: Path) -> None:
    shutil.rmtree(house.home)
    house.home.symlink_to(small_disk)
    code, said = await house.say(*SAY)
    assert code == 1
    assert "is full: 30 MB are free, 300 MB are needed" in said
    assert "the command ran" not in said
    assert "Traceback" not in said


async def test_a_disk_that_fills_up_meanwhile_is_said(small_disk: Path) -> None:
    with pytest.raises(Trouble, match=f"initdb failed .* the disk that holds {small_disk}/log is full"):
        await Postgres(small_disk, free_port()).start()


@pytest.mark.durable
async def test_an_altered_jar_is_never_run(house: House) -> None:
    jars = house.home / "jars"
    originals = sorted(jars.resolve().glob("*.jar"))
    jars.unlink()
    jars.mkdir()
    for original in originals[1:]:
        (jars / original.name).symlink_to(original)
    altered = jars / originals[0].name
    altered.write_bytes(originals[0].read_bytes() + b"\0")
    code, said = await house.say(*SAY)
    assert code == 1
    assert f"{altered.name} is not the jar that kafka.lock names" in said
    assert "the command ran" not in said
    assert house.left() == []


async def test_no_network_and_no_jars_is_said_and_the_command_runs(house: House) -> None:
    (house.home / "jars").unlink(missing_ok=True)
    house.environment |= {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    code, said = await house.say(*SAY)
    assert code == 0
    assert "could not be fetched from Maven Central" in said
    assert "the command ran" in said
    assert house.left() == []


async def test_existing_servers_are_used_and_none_is_started(house: House, given: Callable[[], dict[str, str]]) -> None:
    house.environment |= given()
    code, said = await house.say("run", "--services", "--", "echo", "the command ran")
    assert code == 0
    assert "the command ran" in said
    assert not (house.home / "postgres").exists()
    assert "the existing ones" in said
    assert f"the existing one on {house.environment['KAFKA_BOOTSTRAP_SERVERS']}" in said
    assert house.left() == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REFERRAL_DATABASE_URL", "postgresql://somebody:a-secret@127.0.0.1:1/none"),
        ("REFERRAL_DATABASE_URL", "no address at all, a-secret"),
        ("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"),
        ("KAFKA_BOOTSTRAP_SERVERS", "no address"),
    ],
)
async def test_a_given_server_that_does_not_answer_is_said(
    house: House, given: Callable[[], dict[str, str]], variable: str, value: str
) -> None:
    house.environment |= given() | {variable: value}
    code, said = await house.say(*SAY)
    assert code == 1
    assert f"that {variable} names" in said
    assert "a-secret" not in said
    assert "the command ran" not in said
    assert "Traceback" not in said


async def test_a_command_that_does_not_exist_is_said(house: House, given: Callable[[], dict[str, str]]) -> None:
    house.environment |= given()
    code, said = await house.say("run", "--", "no-such-command")
    assert code == 1
    assert "no-such-command cannot be run" in said
