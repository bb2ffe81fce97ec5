"""Offline means offline: connections leave this process only when the artist allowed the network."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from typing import Any

_LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_CONNECTIONS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class NetworkGuard:
    """An audit hook that refuses look-ups and connections to other machines while offline.

    Audit hooks see what goes through Python's own socket module, which is what Python libraries use. They cannot be
    removed once installed, so plugin code cannot take this one away.

    Attributes:
        online: whether the artist allowed the network.
    """

    def __init__(self, *, online: bool, refused: Callable[[str], None]) -> None:
        self.online = online
        self._refused = refused

    def install(self) -> None:
        """From now on, watch this process."""
        sys.addaudithook(self._audit)

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if self.online or event not in _LOOK_UPS | _CONNECTIONS:
            return
        address = args[1] if event in _CONNECTIONS else args[0]
        host = address[0] if isinstance(address, tuple) and address else address
        if event in _CONNECTIONS and not isinstance(address, tuple):
            return  # a path: a local socket
        if host is None or _is_local(host):
            return
        self._refused(str(host))
        raise PermissionError(f"The studio is offline: a connection to {host!s} was refused.")


def _is_local(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
