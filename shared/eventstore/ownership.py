"""The tables of migrations belong to an owner; the role that a service works as may use them, and no more.

The run-time role may neither change nor delete an event, nor alter or drop a table of migrations. It may create: the
tables of projections are its own, for it builds them in a shadow schema and swaps them while it serves.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from shared.eventstore.migrations import LOCK, Migration
from shared.eventstore.pool import open_pool

APPEND_ONLY = ("events",)
READ_ONLY = ("schema_migrations",)
_CREATED = re.compile(r"create table (?:if not exists )?(\w+)", re.IGNORECASE)
_TAKE_OVER = """
select format('alter table %s owner to current_user', oid::regclass) from pg_class
where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname = any($1)
  and relowner <> current_user::regrole
union all
select format('alter routine %s owner to current_user', oid::regprocedure) from pg_proc
where pronamespace = current_schema()::regnamespace and proowner <> current_user::regrole
"""
_GIVE = """
select format('grant %s on %s to %I', wanted, oid::regclass, $2::text)
from (select oid, relname,
             case when relname = any($4) then 'select'
                  when relname = any($3) then 'select, insert'
                  else 'select, insert, update, delete' end as wanted
      from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname = any($1)) tables
where exists (select from unnest(string_to_array(wanted, ', ')) each where not has_table_privilege($2, oid, each))
union all
select format('revoke %s on %s from %I', refused, oid::regclass, $2::text)
from pg_class, unnest(array['update', 'delete', 'truncate']) refused
where relnamespace = current_schema()::regnamespace and relname = any($3 || $4)
  and has_table_privilege($2, oid, refused)
union all
select format('grant usage, select, update on sequence %s to %I', sequence.oid::regclass, $2::text)
from pg_class sequence
join pg_depend on pg_depend.objid = sequence.oid and pg_depend.classid = 'pg_class'::regclass and deptype in ('a', 'i')
join pg_class owning on owning.oid = pg_depend.refobjid
where owning.relnamespace = current_schema()::regnamespace and owning.relname = any($1)
  and case when sequence.relkind = 'S' then not has_sequence_privilege($2, sequence.oid, 'update') else false end
union all
select format('grant usage, create on schema %I to %I', current_schema(), $2::text)
where not has_schema_privilege($2, current_schema(), 'create')
union all
select format('grant create, connect on database %I to %I', current_database(), $2::text)
where not has_database_privilege($2, current_database(), 'create')
"""


@asynccontextmanager
async def owning(url: str, pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    """Connections of the owner of the tables; without a `url` of its own, those of the service."""
    if not url:
        yield pool
        return
    async with open_pool(url, 2) as owner:
        yield owner


async def hand_over(
    owner: asyncpg.Pool[asyncpg.Record], pool: asyncpg.Pool[asyncpg.Record], components: Sequence[Sequence[Migration]]
) -> None:
    """Give the role of `pool` what it needs of these tables, and the owner those that an earlier release left with it.

    Changes nothing where everything is in place, and nothing where both are one role.
    """
    role = await pool.fetchval("select current_user")
    names = [*READ_ONLY, *_tables(components)]
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
        if role == await connection.fetchval("select current_user"):
            return
        rows = await connection.fetch(_TAKE_OVER, names)
        for row in rows:
            await connection.execute(row[0])
        for row in await connection.fetch(_GIVE, names, role, list(APPEND_ONLY), list(READ_ONLY)):
            await connection.execute(row[0])


def _tables(components: Sequence[Sequence[Migration]]) -> Iterator[str]:
    for component in components:
        for each in component:
            yield from _CREATED.findall(each.sql)
