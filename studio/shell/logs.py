"""The window's log file, opened after the first paint: starting must wait for neither the disk nor `logging`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

LOG_LIMIT = 1_000_000
"""Bytes after which the log starts anew; the one before is kept."""


def warn(message: str, *values: object) -> None:
    """Write a warning: something was lost that the artist need not be bothered with."""
    logger().warning(message, *values)


def logger(name: str = "studio.shell") -> logging.Logger:
    """A logger below ``studio``."""
    import logging

    return logging.getLogger(name)


def open_log(folder: Path) -> None:
    """Send this process's messages to ``window.log``; without a writable folder, to standard error."""
    import logging
    from logging.handlers import RotatingFileHandler

    root = logging.getLogger("studio")
    if any(handler.get_name() == _NAME for handler in root.handlers):
        return
    path, older = folder / "window.log", folder / "window.1.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = RotatingFileHandler(path, maxBytes=LOG_LIMIT, backupCount=1, encoding="utf-8")
        kept.namer = lambda _: str(older)
        handler: logging.Handler = kept
    except OSError:
        handler = logging.StreamHandler()
    handler.set_name(_NAME)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def close_log() -> None:
    """Write nothing more into the file."""
    import logging

    root = logging.getLogger("studio")
    for handler in [known for known in root.handlers if known.get_name() == _NAME]:
        root.removeHandler(handler)
        handler.close()


_NAME = "studio window"
