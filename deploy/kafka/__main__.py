"""`python -m deploy.kafka`: topics and rights of a cluster, and its partners, as the operator's principal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.kafka import partners, principals
from deploy.kafka.cluster import give_rights
from deploy.kafka.rights import OPERATOR
from deploy.services import SERVICES
from shared.contracts.catalogue import topics
from shared.messaging.connection import for_librdkafka
from shared.messaging.topics import create_topics
from shared.secrets.files import ReadableByOthers, read_secret
from shared.service.settings import Settings

app = typer.Typer(add_completion=False, invoke_without_command=True)
partner = typer.Typer(no_args_is_help=True, help="Partners: who reads the open topics.")
app.add_typer(partner, name="partner")
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise typer.BadParameter("small letters, digits and hyphens, at most 31")
    return value


Name = Annotated[str, typer.Argument(callback=_name, help="Of the partner: small letters, digits and hyphens.")]


@app.callback()
def main(
    context: typer.Context,
    replication: Annotated[int, typer.Option(help="Copies of each topic; 3 where there are three brokers.")] = 3,
    passwords: Annotated[Path | None, typer.Option(help="A folder with <principal>.password: users to make.")] = None,
) -> None:
    """Without a command: give the cluster its topics and rights; again, only what has changed."""
    if context.invoked_subcommand is not None:
        return
    with _plainly():
        servers = _servers()
        asyncio.run(create_topics(servers, topics(), replication))
        typer.echo(f"{len(topics())} topics stand, each in {replication} copies where it was new.")
        admin = AdminClient(for_librdkafka(servers))
        if passwords:
            found = {each: read_secret(passwords / f"{each}.password") for each in (OPERATOR, *SERVICES)}
            principals.set_passwords(admin, found)
            typer.echo(f"{len(found)} users have the passwords of {passwords}.")
        given = give_rights(admin)
    typer.echo(
        f"{given} rights are given." if given else "This Kafka checks no rights (it has no authorizer): none set."
    )


@partner.command()
def add(
    name: Name,
    file: Annotated[Path | None, typer.Option(help="Write the password there (0600), and do not show it.")] = None,
) -> None:
    """Let a partner read the open topics; again, it gets a new password."""
    with _plainly():
        if file:
            file.touch(mode=0o600)
            file.chmod(0o600)
        password = asyncio.run(partners.add(_servers(), name))
    if file:
        file.write_text(password, encoding="utf-8")
    else:
        typer.echo(f"Password of partner.{name}, shown once: {password}")
    where = str(file or f"partner.{name}.password")
    typer.echo(partners.example(_servers(), name, where, for_librdkafka(_servers())))


@partner.command()
def remove(name: Name) -> None:
    """End what a partner may do, at once."""
    with _plainly():
        asyncio.run(partners.remove(_servers(), name))
    typer.echo(f"partner.{name} reads nothing any more.")


@partner.command("list")
def listed() -> None:
    """The partners there are."""
    with _plainly():
        found = partners.listed(_servers())
    typer.echo("\n".join(found) or "There is no partner.")


def _servers() -> str:
    return Settings().kafka_bootstrap_servers


@contextmanager
def _plainly() -> Iterator[None]:
    """A sentence for what Kafka, or the disk, refuses."""
    try:
        yield
    except partners.NoSuchPartner as none:
        typer.echo(f"There is no partner {none}.", err=True)
        raise typer.Exit(1) from None
    except ReadableByOthers as open_to_all:
        typer.echo(f"{open_to_all}.", err=True)
        raise typer.Exit(1) from None
    except KafkaException as error:
        typer.echo(f"Kafka refuses: {error.args[0].str()}.", err=True)
        raise typer.Exit(1) from None
    except (KafkaError, OSError) as error:
        typer.echo(f"Kafka does not answer, or refuses ({type(error).__name__}).", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
