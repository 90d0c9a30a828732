"""Ports of the loopback address: a free one, and who has a taken one."""

import socket

import psutil

from channelhub.processes import NotStarted

LOOPBACK = "127.0.0.1"


def free(preferred: int = 0) -> int:
    """The preferred port if nobody has it, else one that is free."""
    return preferred if preferred and is_free(preferred) else _any()


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    with socket.socket() as probe:
        # As servers do: what lingers of closed connections is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def must_be_free(port: int) -> None:
    """Stop here if somebody else listens on the port, and say who.

    Raises:
        NotStarted: the port is taken.
    """
    if not is_free(port):
        raise NotStarted(
            f"Port {port} is taken by {holder(port)}.\n"
            f"Stop that, or choose another port: make run PORT={port + 1}"
        )


def holder(port: int) -> str:
    """The process that listens on the port, as far as we may know."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
            if listens and connection.pid:
                command = " ".join(psutil.Process(connection.pid).cmdline())
                return f"process {connection.pid} ({command[:200]})"
    except psutil.Error:
        pass
    return "a process of another user"


def _any() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
