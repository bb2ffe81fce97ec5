"""The scout process: ``python -m studio.engine.discovery.scout REQUEST`` loads entry points and tells what it found.

REQUEST is JSON: ``{"path": [...], "distribution": ..., "version": ..., "entries": [[name, target], ...]}``. The answer
is one JSON line per entry point on a private copy of standard output; what a plugin prints goes to standard error.
"""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import asdict
from typing import Any

from studio.engine.worker.network import CONNECTIONS, LOOK_UPS


def main() -> None:
    """Examine every entry of the request in turn; end at once, whatever threads a plugin left behind."""
    process = os.getpid()
    channel = private_output()
    request = json.loads(sys.argv[1])
    sys.argv[1:] = []
    sys.path[:] = request["path"]
    sys.addaudithook(_stay_offline)

    from studio.engine.discovery.examine import examine
    from studio.engine.discovery.loading import add_plugins_folder

    add_plugins_folder()
    send(channel, {"event": "started"})
    for entry, target in request["entries"]:
        report = examine(entry, target, request["distribution"], request["version"])
        if os.getpid() != process:
            os._exit(0)  # a plugin forked at import: the copy must not answer as well
        send(channel, {"event": "report", **asdict(report)})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def private_output() -> int:
    """Move standard output to a descriptor of our own and let everyone else's prints go to standard error."""
    channel = os.dup(1)  # not inheritable: programs a plugin starts must not keep it open
    os.dup2(2, 1)
    sys.stdout = io.TextIOWrapper(
        io.FileIO(1, "w", closefd=False), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    return channel


def send(channel: int, message: dict[str, Any]) -> None:
    """Write one message as a line."""
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(channel, data) :]


def _stay_offline(event: str, arguments: tuple[Any, ...]) -> None:
    del arguments
    if event in LOOK_UPS or event in CONNECTIONS:
        raise PermissionError("plugins may not go online while they are listed")


if __name__ == "__main__":
    main()
