"""`python -m deploy.containers`: the certificates and passwords that docker-compose.yml mounts, made where missing."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from deploy.kafka.rights import OPERATOR
from deploy.local.authority import BROKER, Authority, signed
from deploy.local.tokens import write
from deploy.services import SERVICES

FOLDER = Path(__file__).resolve().parents[1] / ".secrets"
BROKERS = ("kafka-1", "kafka-2", "kafka-3")
# The accounts that the images run as: whoever mounts a file as a secret leaves it with its owner on this machine.
SERVICE, KAFKA, POSTGRES = 10001, 1000, 999


def wanted(authority: bytes, folder: Path) -> Iterator[tuple[str, int, str]]:
    """Each file, the account that reads it, and what is in it when it is new."""
    for name in BROKERS:
        yield f"{name}.pem", KAFKA, signed(authority, BROKER, [name])
    yield "operator.pem", SERVICE, signed(authority, OPERATOR, [])
    yield "postgres.pem", POSTGRES, signed(authority, "postgres", ["postgres"])
    yield "postgres.password", POSTGRES, secrets.token_urlsafe(24)
    for name in (OPERATOR, *SERVICES):
        yield f"kafka/{name}.password", SERVICE, secrets.token_urlsafe(24)
    for name in (role for service in SERVICES for role in (service, f"{service}_owner")):
        password = _password(folder / f"postgres/{name}.password")
        yield f"postgres/{name}.password", POSTGRES, password
        yield f"postgres/{name}.pgpass", SERVICE, f"*:*:*:*:{password}\n"


def _password(file: Path) -> str:
    """That of the file, which both sides have, or a new one."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return secrets.token_urlsafe(24)


def make(folder: Path) -> list[str]:
    """Make what is missing; returns the commands that give the files to their accounts, where we may not."""
    left = []
    for name, account, content in wanted(Authority(folder).found(), folder):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        write(path, content, 0o400)
        if path.stat().st_uid != account:
            if os.geteuid() == 0:
                os.chown(path, account, account)
            else:
                left.append(f"sudo chown {account}:{account} {path}")
    return left


def main(folder: Annotated[Path, typer.Argument(help="Where they are kept.")] = FOLDER) -> None:
    """Make what is missing; nothing that is there changes."""
    left = make(folder)
    typer.echo("\n".join([f"{folder} holds what the containers need.", *left]))


if __name__ == "__main__":
    typer.run(main)
