# SPDX-License-Identifier: Apache-2.0
"""The database and the message broker under OpenStack."""

from __future__ import annotations

import getpass
import subprocess
from functools import partial
from pathlib import Path
from string import Template

from onehost import probes
from onehost.errors import StackError
from onehost.stack import Stack
from onehost.steps import Service, Step, Task, digest
from onehost.templates import ConfigurationFile, render

CONFIGURATION = "infrastructure-configuration"
PORT_MAPPER = "/usr/bin/epmd"
RABBITMQ_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


def steps(stack: Stack) -> list[Step]:
    """MariaDB with the databases, and RabbitMQ with an Erlang port mapper of its own."""
    databases = render("databases.sql", {"password": stack.passwords["database"]})
    return [
        Task(CONFIGURATION, partial(_configure, stack)),
        Task(
            "mariadb-data",
            partial(_install_database, stack),
            needs=("debian-packages",),
            fingerprint=lambda: "installed",
        ),
        _mariadb(stack),
        Task(
            "databases",
            partial(_create_databases, stack, databases),
            needs=("mariadb",),
            fingerprint=lambda: digest(databases),
        ),
        _epmd(stack),
        _rabbitmq(stack),
    ]


def database_url(stack: Stack) -> str:
    """Where the services find their databases; the name of one is appended."""
    return f"mysql+pymysql://stack:{stack.passwords['database']}@127.0.0.1:{stack.ports['mariadb']}"


def messaging_url(stack: Stack) -> str:
    """Where the services find the message broker."""
    return f"rabbit://stack:{stack.passwords['messaging']}@127.0.0.1:{stack.ports['rabbitmq']}/"


def run_sql(stack: Stack, statements: str) -> str:
    """Run SQL as the database's administrator, who is whoever started it; the rows, one per line."""
    done = subprocess.run(
        ["mariadb", "--no-defaults", "--socket=mariadb.sock", "--batch", "--skip-column-names"],
        input=statements,
        cwd=_folder(stack),
        env=stack.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"MariaDB refused a statement: {done.stderr.strip()}")
    return done.stdout


def heartbeat(stack: Stack, query: str, service: str) -> probes.Probe:
    """A probe that asks the database whether a service has reported since it was started.

    The query names the service as `${service}` and the time, in seconds of Unix time, as `${since}`; it
    selects something once the service has reported after that.
    """

    def probe(since: float) -> str:
        try:
            rows = run_sql(stack, Template(query).substitute(service=service, since=round(since)))
        except StackError as error:
            return str(error)
        return "" if rows.strip() else "it has not reported to the database yet"

    return probe


def _folder(stack: Stack) -> Path:
    return stack.layout.data / "mariadb"


def _configure(stack: Stack) -> None:
    _rabbitmq_folder(stack).mkdir(exist_ok=True)
    for file in (_mariadb_configuration(stack), _rabbitmq_configuration(stack), _rabbitmq_plugins(stack)):
        file.write()


def _mariadb_configuration(stack: Stack) -> ConfigurationFile:
    return stack.configuration(
        "mariadb.cnf", user=getpass.getuser(), data=stack.layout.data, port=stack.ports["mariadb"]
    )


def _rabbitmq_configuration(stack: Stack) -> ConfigurationFile:
    return stack.configuration(
        "rabbitmq.conf", port=stack.ports["rabbitmq"], password=stack.passwords["messaging"]
    )


def _rabbitmq_plugins(stack: Stack) -> ConfigurationFile:
    return ConfigurationFile(_rabbitmq_folder(stack) / "enabled_plugins", "[].\n")


def _rabbitmq_folder(stack: Stack) -> Path:
    return stack.layout.data / "rabbitmq"


def _install_database(stack: Stack) -> None:
    user = getpass.getuser()
    stack.run(
        "mariadb data",
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--user={user}",
            f"--datadir={_folder(stack)}",
            "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={user}",
            "--skip-test-db",
        ],
    )


def _create_databases(stack: Stack, statements: str) -> None:
    run_sql(stack, statements)


def _mariadb(stack: Stack) -> Service:
    configuration = _mariadb_configuration(stack).path
    return Service(
        name="mariadb",
        command=["/usr/sbin/mariadbd", f"--defaults-file={configuration}"],
        environment=stack.environment(),
        files=(configuration,),
        ports=(stack.ports["mariadb"],),
        ready=probes.tcp(stack.ports["mariadb"]),
        needs=("mariadb-data", CONFIGURATION),
    )


def _epmd(stack: Stack) -> Service:
    return Service(
        name="epmd",
        command=[PORT_MAPPER],
        environment=stack.environment(**_erlang_names(stack)),
        ports=(stack.ports["epmd"],),
        ready=probes.tcp(stack.ports["epmd"]),
        needs=("debian-packages",),
    )


def _rabbitmq(stack: Stack) -> Service:
    folder = _rabbitmq_folder(stack)
    configuration = _rabbitmq_configuration(stack).path
    environment = stack.environment(
        **_erlang_names(stack)
        | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": "stack@localhost",
            "RABBITMQ_BASE": str(folder),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(_rabbitmq_plugins(stack).path),
            "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
            "RABBITMQ_DIST_PORT": str(stack.ports["rabbitmq-distribution"]),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none",
            "ERL_DIST_ADDR": "127.0.0.1",
        }
    )
    return Service(
        name="rabbitmq",
        command=[RABBITMQ_SERVER],
        environment=environment,
        files=(configuration,),
        ports=(stack.ports["rabbitmq"], stack.ports["rabbitmq-distribution"]),
        ready=probes.tcp(stack.ports["rabbitmq"]),
        needs=("epmd", CONFIGURATION),
        stop_seconds=20,
    )


def _erlang_names(stack: Stack) -> dict[str, str]:
    return {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(stack.ports["epmd"])}
