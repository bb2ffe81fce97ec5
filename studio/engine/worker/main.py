"""Entry point of a worker process: ``python -P -m studio.engine.worker.main``, started by the host only.

In order: take the standard streams for frames, read the host's ``setup``, put the network guard up, start the
generator thread, then obey the host until it goes away.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.engine.environment import give_way
from studio.engine.protocol import ProtocolError, SharedBlock
from studio.engine.worker.link import Link
from studio.engine.worker.network import NetworkGuard
from studio.engine.worker.residency import Residency
from studio.engine.worker.runner import Runner, Surroundings
from studio.models.store import ModelStore

_PR_SET_PDEATHSIG = 1
"""See prctl(2). The signal comes with the end of the *thread* that started this process: the supervisor's, which ends
its worker before it ends itself."""


def main() -> None:
    """Serve the host, then leave at once: whatever a plugin's threads or exit handlers do, the process ends."""
    faulthandler.enable()
    _end_with_host()
    give_way()
    link = Link.over_standard_streams()
    try:
        serve(link)
    except (ProtocolError, BrokenPipeError) as error:
        sys.stderr.write(f"The worker lost its host: {error}\n")
    except BaseException:  # noqa: BLE001 - leaving in any other way would wait for the threads of plugins
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    sys.stderr.flush()
    os._exit(0)


def _end_with_host() -> None:
    """Have Linux end this process when its host dies: a call that holds the interpreter never sees the line close."""
    if sys.platform != "linux":
        return
    host = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != host:
        os._exit(0)  # it died in between


def serve(link: Link) -> None:
    """Obey frames until the host closes the line or says ``shutdown``."""
    frames = link.frames()
    setup = next(frames, None)
    if setup is None or setup.type != "setup":
        return
    runner, guard = _set_up(link, setup.body)
    link.send("ready", pid=os.getpid(), python=sys.version.split()[0])
    for frame in frames:
        body = frame.body
        if frame.type in ("run", "warm"):
            runner.order(frame)
        elif frame.type == "cancel":
            runner.cancel(str(body["job"]))
            link.send("cancelling", job=body["job"])
        elif frame.type == "release" and link.block is not None:
            for slot in body["slots"]:
                link.block.release(int(slot))
        elif frame.type == "online":
            guard.online = bool(body["online"])
        elif frame.type == "shutdown":
            break
    runner.leave()


def _set_up(link: Link, setup: Mapping[str, Any]) -> tuple[Runner, NetworkGuard]:
    for folder in setup["path"]:
        if folder not in sys.path:
            sys.path.append(folder)
    block = setup["block"]
    link.block = SharedBlock(Path(block["path"]), slots=block["slots"], slot_bytes=block["slot_bytes"])
    runner: Runner | None = None

    def refused(address: str) -> None:
        link.send("refused", job="" if runner is None else runner.job_id, address=address)

    guard = NetworkGuard(online=bool(setup["online"]), refused=refused)
    guard.install()
    runner = Runner(
        Surroundings(
            link=link,
            residency=Residency(int(setup["budget"])),
            models=ModelStore(own=Path(setup["models"])),
            guard=guard,
            device=str(setup["device"]),
            scratch=Path(setup["scratch"]),
            library=Path(setup["library"]),
        )
    )
    runner.start()
    return runner, guard


if __name__ == "__main__":
    main()
