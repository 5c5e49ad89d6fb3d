"""The command line of a service: `python -m services.<name>` serves; its commands operate the service."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from shared.eventstore import migrations
from shared.eventstore.migrations import Phase
from shared.projections import inline, topic_rebuild
from shared.service.cli.dead_letters import dead_letter_commands
from shared.service.cli.outbox_relay import outbox_commands
from shared.service.cli.output import OUT, fail, progress
from shared.service.cli.parts import Work, do_with_parts, settings_or_fail
from shared.service.cli.personal_data import personal_data_commands
from shared.service.declaration import Service
from shared.service.serving import serve
from shared.service.wiring import Wiring


def console(service: Service) -> typer.Typer:
    """Serve, and all commands of operators."""
    name = service.name
    app = typer.Typer(add_completion=False, invoke_without_command=True, help=f"The {name} service.")

    @app.callback()
    def main(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            settings = settings_or_fail(name)
            serve(name, settings, service.application(settings))

    @app.command("serve")
    def serve_it() -> None:
        """Serve until SIGTERM; what happens without a command too."""
        settings = settings_or_fail(name)
        serve(name, settings, service.application(settings))

    def do(work: Work) -> None:
        do_with_parts(settings_or_fail(name), service.wire, work)

    @app.command()
    def rebuild() -> None:
        """Rebuild all projections in a shadow schema, and swap; the service goes on meanwhile."""
        do(_build_again)

    @app.command()
    def migrate(
        *, post: Annotated[bool, typer.Option(help="Also what an older process may still use.")] = False
    ) -> None:
        """Apply what is pending of the migrations; a process that starts does so too, but for `--post`."""
        do(partial(_migrate, "post" if post else "pre"))

    app.add_typer(dead_letter_commands(do), name="dead-letters")
    app.add_typer(outbox_commands(do), name="outbox")
    app.add_typer(personal_data_commands(do), name="personal-data")
    return app


async def _build_again(parts: Wiring) -> None:
    if parts.store and parts.inline:
        with progress("projections") as show:
            await inline.rebuild(parts.store, parts.url, parts.inline, show)
    if parts.topic_projection:
        with progress(parts.topic_projection.consumer) as show:
            servers = parts.settings.kafka_bootstrap_servers
            await topic_rebuild.rebuild(parts.pool, parts.url, servers, parts.topic_projection, show)
    if not (parts.inline or parts.topic_projection):
        fail("This service has nothing to rebuild.")


async def _migrate(last: Phase, parts: Wiring) -> None:
    for each in await migrations.migrate(parts.pool, parts.components, last):
        OUT.print(f"{each.component}/{each.name}")
    left = await migrations.pending(parts.pool, parts.components)
    OUT.print(f"{len(left)} pending" if left else "Nothing is pending.")
