"""What fails in a session leaves nothing of anybody in PostgreSQL's own log, whoever set that server up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import yaml

from deploy.local import postgres as local
from deploy.local.ports import free_port
from tests.deploy.test_postgres_roles import PASSWORDS, SCRIPT, Bare, run

ROOT = Path(__file__).resolve().parents[2]
NAME = "Zzname Erika"
TABLES = f"""
create table people (
    name text primary key, born date, n smallint check (n < 9), twin text references people, said jsonb not null
);
insert into people values ('{NAME}', null, 1, null, '{{}}');
create function raises() returns void language plpgsql as $$ begin raise exception 'no %', '{NAME}'; end $$;
create function warns() returns void language plpgsql as $$ begin raise warning 'no %', '{NAME}'; end $$;
"""
FAULTS = [  # each with the value as a parameter where it can be, or in the text of the statement
    "insert into people values ($1, null, 1, null, '{}')",
    "insert into people values ($1 || '2', null, 99, null, '{}')",
    "insert into people values ($1 || '2', null, 1, $1 || '3', '{}')",
    "insert into people values ($1 || '2', null, 1, null, null)",
    "select $1::text::int",
    "select $1::text::date",
    "select $1::text::uuid",
    "select $1::text::jsonb",
    "select ('{\"a\": ' || $1 || '}')::jsonb",
    "select (jsonb_build_object('n', $1::text)->>'n')::int",
    "select regexp_match('a', '(' || $1)",
    "select set_config('TimeZone', $1, false)",
    "select nextval(quote_ident($1))",
    "select format('%s'::text) || to_regprocedure($1 || '(')::text || $1::regclass::text",
    f"select raises() -- {NAME}",
    f"select warns() -- {NAME}",
    f'select "{NAME}" from people',
    f'select * from "{NAME}"',
    f"select '{NAME}'::int",
    f"select 1 where name = '{NAME}' group by",
]


async def fail(url: str) -> None:
    """Every fault once, as a service would meet it."""
    connection = await asyncpg.connect(url)
    await connection.execute(TABLES)
    failed = 0
    for statement in FAULTS:
        given = [NAME] if "$1" in statement else []
        try:
            await connection.execute(statement, *given)
        except asyncpg.PostgresError:
            failed += 1
    try:
        await connection.copy_to_table("people", source=_rows(), columns=["name", "n"], format="csv")
    except asyncpg.PostgresError:
        failed += 1
    await connection.close()
    assert failed == len(FAULTS)  # all but the warning, and the copy


async def _rows() -> AsyncIterator[bytes]:
    yield f"{NAME},{NAME}\n".encode()


class Unset(Bare):
    """A server of other people: nothing of ours is set."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, free_port())
        self.logged = {}


async def test_of_what_fails_on_a_local_server_no_value_is_logged(tmp_path: Path) -> None:
    server = local.Postgres(tmp_path, free_port())
    urls = await server.start()
    await fail(urls["REFERRAL_DATABASE_URL"])
    await server.stop()
    assert "Zzname" not in server.log.read_text(encoding="utf-8")


async def test_a_server_of_other_people_logs_values_until_our_script_has_run(tmp_path: Path) -> None:
    server = Unset(tmp_path)
    await server.start()
    assert (await run(server, PASSWORDS)).returncode == 0
    password = quote(PASSWORDS["REFERRAL_OWNER_PASSWORD"])
    await fail(f"postgresql://referral_owner@127.0.0.1:{server.port}/referral?password={password}")
    assert "Zzname" not in server.log.read_text(encoding="utf-8")
    await fail(server.url("postgres"))  # the same where nobody set anything
    await server.stop()
    assert "Zzname" in server.log.read_text(encoding="utf-8")


def test_the_script_and_the_containers_set_what_the_file_says() -> None:
    told = local.log_settings()
    assert told
    script = SCRIPT.read_text(encoding="utf-8")
    assert [line for line in script.splitlines() if line.startswith("alter database") and " set " in line] == [
        f'alter database :"service" set {name} = {value};' for name, value in told.items()
    ]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    command = compose["services"]["postgres"]["command"]
    logged = [each for each in command[2::2] if not each.startswith("ssl")]
    assert (command[0], set(command[1::2]), logged) == ("postgres", {"-c"}, ["=".join(each) for each in told.items()])
