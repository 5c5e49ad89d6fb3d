"""The command line of a service: `python -m services.<name>` serves; its commands operate the service."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from shared.eventstore import migrations
from shared.eventstore.migrations import Phase
from shared.projections import inline, topic_rebuild
from shared.service.cli.dead_letters import DEAD_LETTERS
from shared.service.cli.outbox_relay import OUTBOX
from shared.service.cli.parts import OUT, do, do_with_parts, fail, progress, settings_or_fail
from shared.service.cli.personal_data import PERSONAL_DATA
from shared.service.declaration import Service
from shared.service.serving import serve
from shared.service.wiring import Wiring

_PROJECTIONS = typer.Typer()


def console(service: Service) -> typer.Typer:
    """Serve, and all commands of operators."""
    app = typer.Typer(add_completion=False, invoke_without_command=True, help=f"The {service.name} service.")

    @app.callback()
    def main(context: typer.Context) -> None:
        context.obj = partial(do_with_parts, service)
        if context.invoked_subcommand is None:
            serve_service()

    @app.command("serve")
    def serve_service() -> None:
        """Serve until SIGTERM, as without a command."""
        settings = settings_or_fail(service.name)
        serve(service.name, settings, service.application(settings))

    app.add_typer(_PROJECTIONS)
    app.add_typer(DEAD_LETTERS, name="dead-letters")
    app.add_typer(OUTBOX, name="outbox")
    app.add_typer(PERSONAL_DATA, name="personal-data")
    return app


@_PROJECTIONS.command()
def rebuild(context: typer.Context) -> None:
    """Rebuild all projections in a shadow schema, and swap; the service goes on meanwhile."""
    do(context, _rebuild)


@_PROJECTIONS.command()
def migrate(
    context: typer.Context,
    *,
    post: Annotated[bool, typer.Option(help="Also the migrations that an older process may depend on.")] = False,
) -> None:
    """Apply the pending migrations; a process that starts does so too, but for `--post`."""
    do(context, partial(_migrate, "post" if post else "pre"))


async def _rebuild(parts: Wiring) -> None:
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
    for each in await parts.migrate(parts.components, last):
        OUT.print(f"{each.component}/{each.name}")
    left = await migrations.pending(parts.pool, parts.components)
    OUT.print(f"{len(left)} pending" if left else "Nothing is pending.")
