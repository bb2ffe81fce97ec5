"""The narrow view of the host that a running generator is given."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from studio.sdk.artifacts import Image

if TYPE_CHECKING:
    import numpy as np

Loaded = TypeVar("Loaded")


class Context(ABC):
    """What a generator may ask of its host while it runs.

    Attributes:
        seed: the request's seed, 0 … 2³²−1. The same seed and parameters must give the same bytes.
        device: torch device name the host leased: ``"cpu"``, ``"cuda:0"``, ``"mps"``.
        dtype: name of the floating-point type to compute in: ``"float32"``, ``"float16"`` or ``"bfloat16"``.
        tmp: an empty folder for this run, removed afterwards.
        online: whether the artist allowed the network; otherwise connecting raises.
    """

    seed: int
    device: str
    dtype: str
    tmp: Path
    online: bool

    @abstractmethod
    def progress(
        self, done: float, total: float, message: str = "", preview: Image | Callable[[], Image] | None = None
    ) -> None:
        """Report `done` of `total` steps; also a cancel point.

        Args:
            done: steps finished, 0 ≤ done ≤ total, never less than before.
            total: steps in all, > 0.
            message: what is happening, a few words.
            preview: a small picture of the result so far, or a function that makes one. The function is called only
                when the host wants a preview (at most six times a second), so making one may cost something.

        Raises:
            Cancelled: the artist cancelled.
        """

    @abstractmethod
    def check(self) -> None:
        """A cancel point without progress. Raises `Cancelled`."""

    @abstractmethod
    def log(self, message: str) -> None:
        """Add a line to the job's log."""

    @abstractmethod
    def load(self, key: str, factory: Callable[[], Loaded]) -> Loaded:
        """Return the shared object called `key`, made by `factory` the first time and kept within the memory budget.

        The host measures what the object takes, gives it back when memory is needed for something else, and then
        calls `factory` again next time. Do not keep the object beyond this run.
        """

    @abstractmethod
    def model(self, ref: str) -> Path:
        """The local path of a model, e.g. ``"starter:tales"``. Raises `UserError` when it is not there."""

    def rng(self, *keys: str | int) -> np.random.Generator:
        """A numpy random generator fixed by the seed and `keys`: one per independent part, e.g. ``ctx.rng("bass")``.

        Separate streams keep one part unchanged when another draws more numbers.
        """
        import numpy as np

        words = [zlib.crc32(str(key).encode()) for key in keys]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *words])))
