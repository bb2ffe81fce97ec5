"""What a plugin does to the process around it: an audit hook for what it touches, and a snapshot of what it leaves."""

from __future__ import annotations

import os
import signal
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGING = {"os.remove": 0, "os.rename": 0, "os.mkdir": 0, "os.rmdir": 0, "os.truncate": 0, "os.symlink": 1,
             "os.link": 1, "shutil.rmtree": 0, "shutil.move": 0, "os.chmod": 0}  # fmt: skip
_PROCESSES = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}
)
_NETWORK = frozenset({"socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".dylib", ".pth", ".zip")
_SYSTEM = ("/proc", "/sys", "/dev", "/etc")


class Watch:
    """Notes what the process does while it is on. Python's audit hooks cannot be removed, so it is switched instead.

    Attributes:
        writes: files changed, apart from those in `allowed`.
        reads: data files read (program code and the system's own files apart).
        network: hosts asked for.
        processes: programs started.
        allowed: beginnings of paths that may be written to.
    """

    def __init__(self) -> None:
        self.writes: list[str] = []
        self.reads: list[str] = []
        self.network: list[str] = []
        self.processes: list[str] = []
        self.allowed: list[str] = []
        self._on = False
        self._library = sysconfig.get_path("stdlib")
        sys.addaudithook(self._hook)

    def __enter__(self) -> Self:
        self._on = True
        return self

    def __exit__(self, *_: object) -> None:
        self._on = False

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event == "open":
            self._opened(arguments)
        elif event in _CHANGING:
            self._note_write(arguments[_CHANGING[event]])
        elif event in _PROCESSES:
            self.processes.append(str(arguments[0]) if arguments else event)
        elif event in _NETWORK and not _is_local(event, arguments):
            self.network.append(
                str(arguments[1] if event.startswith("socket.c") and len(arguments) > 1 else arguments[0])
            )

    def _opened(self, arguments: tuple[Any, ...]) -> None:
        path, mode, flags = arguments
        if isinstance(path, int) or path is None:
            return
        writing = (
            any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITE_FLAGS)
        )
        if writing:
            self._note_write(path)
            return
        name = os.fsdecode(path)
        of_system = name.startswith(_SYSTEM) or (name.startswith(self._library) and "-packages" not in name)
        if not name.endswith(_CODE) and not of_system and not Path(name).is_dir():
            self.reads.append(name)

    def _note_write(self, path: Any) -> None:
        if isinstance(path, int):
            return
        name = os.path.realpath(os.fsdecode(path))
        if "__pycache__" not in name and not name.startswith((*self.allowed, "/dev/", "/proc/")):
            self.writes.append(name)


def _is_local(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether a socket stays on this machine: a Unix socket, or one bound to the loopback address.

    Libraries bind one there while they are imported, to see whether the system knows IPv6.
    """
    if event not in ("socket.connect", "socket.bind", "socket.sendto"):
        return False
    if event == "socket.bind" and isinstance(arguments[1], tuple) and str(arguments[1][0]) in _LOOPBACK:
        return True
    family = getattr(arguments[0], "family", None)
    return getattr(family, "name", "") in ("AF_UNIX", "AF_NETLINK")


class Snapshot:
    """The parts of a process that a plugin must leave as they were."""

    def __init__(self) -> None:
        self.threads = {thread.ident for thread in threading.enumerate()}
        self.folder = Path.cwd()
        self.environment = dict(os.environ)
        self.path = list(sys.path)
        self.streams = (sys.stdout, sys.stderr, sys.stdin)
        self.signals = {number: signal.getsignal(number) for number in signal.valid_signals()}
        self.libraries = dict(_library_settings())

    def differences(self, *, deep: bool) -> Iterator[str]:
        """Sentences on what differs now. `deep` adds what a library's first import may rightly change."""
        started = [thread.name for thread in threading.enumerate() if thread.ident not in self.threads]
        if started:
            yield f"it leaves a thread running ({', '.join(started)})"
        if Path.cwd() != self.folder:
            yield "it changes the current folder"
        if sys.path != self.path:
            yield "it changes sys.path"
        if (sys.stdout, sys.stderr, sys.stdin) != self.streams:
            yield "it replaces the standard streams"
        changed = [number for number, handler in self.signals.items() if signal.getsignal(number) != handler]
        if changed:
            yield f"it changes what signal {int(changed[0])} does"
        if _has_child():
            yield "it leaves a process running"
        if deep:
            yield from self._deep_differences()

    def _deep_differences(self) -> Iterator[str]:
        now = dict(os.environ)
        names = sorted(name for name in {*now, *self.environment} if now.get(name) != self.environment.get(name))
        if names:
            yield f"it changes the environment ({', '.join(names)})"
        settings = dict(_library_settings())
        changed = sorted(name for name, value in self.libraries.items() if settings.get(name) != value)
        if changed:
            yield f"it changes settings of the whole process ({', '.join(changed)})"


def _has_child() -> bool:
    if not hasattr(os, "WNOHANG"):
        return False
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _library_settings() -> Iterator[tuple[str, object]]:
    """Process-wide settings of libraries that are loaded."""
    if numpy := sys.modules.get("numpy"):
        yield "numpy.errstate", dict(numpy.geterr())
    if torch := sys.modules.get("torch"):
        yield "torch.get_default_dtype", torch.get_default_dtype()
        yield "torch.get_num_threads", torch.get_num_threads()
        yield "torch.is_grad_enabled", torch.is_grad_enabled()
        yield "torch.are_deterministic_algorithms_enabled", torch.are_deterministic_algorithms_enabled()
    yield "recursion limit", sys.getrecursionlimit()
    yield "switch interval", sys.getswitchinterval()
