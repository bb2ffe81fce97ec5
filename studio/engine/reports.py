"""Local reports of what went wrong. They stay on this machine until the artist sends one."""

from __future__ import annotations

import time
from pathlib import Path

REPORTS_KEPT = 20


def keep_report(folder: Path, text: str) -> Path:
    """Write a report into `folder`, remove the oldest beyond `REPORTS_KEPT`, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"report-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06d}.txt"
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    for old in sorted(folder.glob("report-*.txt"))[:-REPORTS_KEPT]:
        old.unlink(missing_ok=True)
    return path
