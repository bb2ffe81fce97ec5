"""The context a generator is given in the real worker."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studio.engine.worker.devices import Device
from studio.engine.worker.link import Link
from studio.engine.worker.residency import Residency
from studio.models.store import ModelStore
from studio.sdk import Cancelled, Context, Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

Loaded = TypeVar("Loaded")

PROGRESS_SECONDS = 1 / 30
"""Least time between two progress frames; the last one is always sent."""

FIRST_PREVIEW_SECONDS = 0.3
"""When the first preview is due: whoever is done sooner shows the result instead, and need not draw both."""

PREVIEW_SECONDS = 1 / 6
"""Least time between two previews."""

PREVIEW_SHARE = 0.01
"""Most of a run's time that making previews may take."""

PREVIEW_SIDE = 640
"""Longest side of a preview in pixels."""

FINISHED_SIDE = 1024
"""Longest side of a finished picture as it is shown while it is still being written."""


class WorkerContext(Context):
    """What one run sees of the host. Owned by the runner, used on the generator's thread.

    Attributes:
        progress_seconds: least time between two progress frames.
    """

    progress_seconds = PROGRESS_SECONDS

    def __init__(
        self,
        job_id: str,
        seed: int,
        device: Device,
        *,
        link: Link,
        residency: Residency,
        models: ModelStore,
        scratch: Path,
        online: bool,
    ) -> None:
        self.job_id = job_id
        self.seed = seed
        self.device = device.name
        self.dtype = device.dtype
        self.online = online
        self.cancelled = threading.Event()
        self._link = link
        self._residency = residency
        self._models = models
        self._scratch = scratch
        self._tmp: Path | None = None
        self._done = 0.0
        self._next_progress = 0.0
        self._next_preview = time.monotonic() + FIRST_PREVIEW_SECONDS
        self._last_message = ""

    @property
    def tmp(self) -> Path:  # type: ignore[override]  # made when first asked for: most runs need none
        """An empty folder for this run."""
        if self._tmp is None:
            self._scratch.mkdir(parents=True, exist_ok=True)
            self._tmp = Path(tempfile.mkdtemp(prefix="job-", dir=self._scratch))
        return self._tmp

    def progress(
        self, done: float, total: float, message: str = "", preview: Image | Callable[[], Image] | None = None
    ) -> None:
        """Send what is new, as often as a person can see it."""
        self.check()
        now = time.monotonic()
        total = max(float(total), 1e-9)
        self._done = min(max(self._done, float(done)), total)
        if now >= self._next_progress or done >= total or message != self._last_message:
            self._next_progress = now + self.progress_seconds
            self._last_message = message
            self._link.send("progress", job=self.job_id, done=self._done, total=total, message=message)
        if preview is not None and now >= self._next_preview:
            self.send_preview((preview() if callable(preview) else preview).pixels)
            spent = time.monotonic() - now
            self._next_preview = now + max(PREVIEW_SECONDS, spent / PREVIEW_SHARE)

    def check(self) -> None:
        """Raise `Cancelled` at this and every later cancel point once the artist cancelled."""
        if self.cancelled.is_set():
            raise Cancelled

    def log(self, message: str) -> None:
        """Send a line to the job's log."""
        self._link.send("log", job=self.job_id, line=str(message))

    def load(self, key: str, factory: Callable[[], Loaded]) -> Loaded:
        """Load through the worker's residency; a cancel point before the long part."""
        self.check()
        return self._residency.load(key, factory)

    def model(self, ref: str) -> Path:
        """Ask the model store."""
        return self._models.path(ref)

    def tell(self, type: str, /, **body: Any) -> None:
        """Send a frame that belongs to this job."""
        self._link.send(type, job=self.job_id, **body)

    def send_preview(self, pixels: NDArray[Any], side: int = PREVIEW_SIDE) -> None:
        """Send a picture, reduced to at most `side` pixels a side by leaving out rows and columns."""
        small = eight_bit(pixels)
        if small.ndim not in (2, 3):
            raise ValueError(
                f"a preview must be of shape [height, width] or [height, width, 3 or 4], not {pixels.shape}"
            )
        step = max(1, -(-max(small.shape[:2]) // side))
        small = small[::step, ::step]
        height, width = small.shape[:2]
        channels = 1 if small.ndim == 2 else small.shape[2]
        if channels not in (1, 3, 4) or not small.size:
            raise ValueError(
                f"a preview must be of shape [height, width] or [height, width, 3 or 4], not {pixels.shape}"
            )
        self._link.send("preview", small.tobytes(), job=self.job_id, width=width, height=height, channels=channels)

    def close(self) -> None:
        """Remove what the run left behind."""
        if self._tmp is not None:
            shutil.rmtree(self._tmp, ignore_errors=True)


def eight_bit(pixels: NDArray[Any]) -> NDArray[Any]:
    """Pixels as uint8; 16-bit ones keep their upper half, floating-point ones are taken as [0, 1]."""
    import numpy as np

    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return (pixels >> 8).astype(np.uint8)
    return np.asarray(np.clip(pixels, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
