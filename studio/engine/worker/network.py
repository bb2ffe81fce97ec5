"""Offline means offline: connections leave this process only when the artist allowed the network."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from typing import Any

LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
"""Audit events of asking a name server; the first argument says for what."""

CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
"""Audit events of reaching others, or of letting them reach in; the second argument is the address."""


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
        if self.online or event not in _WATCHED:
            return
        address = args[1] if event in CONNECTIONS else args[0]
        if event in CONNECTIONS and not isinstance(address, tuple):
            return  # a path (a local socket), or no address: that of an earlier, watched, connection
        host = tuple.__getitem__(address, 0) if isinstance(address, tuple) and len(address) else address
        if host is None or _is_local(host, all_is_local=event != "socket.bind"):
            return
        self._refused(str(host))
        raise PermissionError(f"The studio is offline: a connection to {host!s} was refused.")


_WATCHED = LOOK_UPS | CONNECTIONS


def _is_local(host: object, *, all_is_local: bool) -> bool:
    """Whether `host` is this machine. No host at all is, except for listening, where it means everybody."""
    # The unbound methods: a subclass could say something else than what the system is given.
    if isinstance(host, str):
        name = str.__str__(host)
    elif isinstance(host, bytes):
        name = bytes.decode(host, "ascii", "replace")
    else:
        return False
    if name == "":
        return all_is_local
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
