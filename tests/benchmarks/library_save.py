"""What keeping a picture costs beside writing the same file plainly, as a ratio measured in one run.

    python tests/benchmarks/library_save.py [--rounds 20] [--folder DIR]

Ours is file, record, hash, thumbnail and staging, flushed so that no power cut loses it; plain is the PNG at zlib's
level 1, flushed. Both in turns, A B B A.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for place in (ROOT, ROOT / "tests"):
    sys.path.insert(0, str(place))

import numpy as np  # noqa: E402
import PIL.Image  # noqa: E402
from benchmarks.bars import Bar, median, paired, printed  # noqa: E402

from studio import sdk  # noqa: E402
from studio.library import Origin, Store  # noqa: E402

SIZE = 1024


def picture(size: int) -> sdk.Image:
    """A smooth picture with some grain, about as hard to encode as a photograph."""
    rows, columns = np.mgrid[0:size, 0:size]
    channels = [np.sin(columns / 37 + np.sin(rows / 50)), np.cos(rows / 41), np.sin((columns + rows) / 90)]
    grain = np.random.default_rng(0).normal(0, 4, (size, size, 3))
    return sdk.Image(np.clip(128 + 90 * np.stack(channels, axis=-1) + grain, 0, 255).astype(np.uint8))


def bars(folder: Path, rounds: int) -> list[Bar]:
    """Wall time, which is what the artist waits, and computing time of all threads."""
    artifact, origin = picture(SIZE), Origin(generator="studio.test.x", seed=5, values={"prompt": "a fox in the snow"})
    store, numbers = Store(folder / "library"), count()

    def plain() -> None:
        path = folder / f"plain-{next(numbers)}.png"
        with path.open("wb") as stream:
            PIL.Image.fromarray(artifact.pixels).save(stream, "PNG", compress_level=1)
            stream.flush()
            os.fsync(stream.fileno())

    def ours() -> None:
        store.save(artifact, origin)

    spent: dict[str, float] = {}
    for work in (plain, ours):
        work()
        begun = time.process_time()
        for _ in range(rounds):
            work()
        spent[work.__name__] = time.process_time() - begun
    without, kept = paired(plain, ours, rounds)
    store.close()
    ratio, extra = median(kept) / median(without), 1000 * (median(kept) - median(without))
    figure = (
        f"{ratio:.3f} ({extra:+.1f} ms of {1000 * median(without):.0f} ms; best of each {min(kept) / min(without):.3f})"
    )
    computing = spent["ours"] / spent["plain"]
    return [
        Bar(f"{SIZE}² picture kept / plain PNG flushed, median", figure, "≤ 1.1", ratio <= 1.1),
        Bar("the same in computing time of all threads", f"{computing:.3f}", "≤ 1.2", computing <= 1.2),
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="where to write: the kind of disk matters")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
        return printed(bars(Path(temporary), options.rounds))


if __name__ == "__main__":
    sys.exit(main())
