"""How the index answers at a million items and at a thousand, as ratios measured in one run.

    python tests/benchmarks/library_index.py [--items 1000000] [--folder DIR]

Builds both indexes (some minutes for the large one; kept in --folder when given), then measures each thing in turns,
small, large, large, small, so that a busy machine disturbs both alike. Prints one line per bar and a JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from studio.library.index import COLUMNS, Index
from studio.library.items import Item, Origin, new_id, to_iso
from studio.library.views import View

SMALL = 1000
clock = time.perf_counter
_CJK = "雪中的狐狸山水花鸟月夜春江河海风云竹林古寺红楼梦金鱼"


def vocabulary(rng: random.Random) -> list[str]:
    """Twenty thousand pronounceable words."""
    onsets = ["b", "br", "c", "ch", "d", "dr", "f", "g", "gl", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "w"]
    vowels = ["a", "e", "i", "o", "u", "ai", "ou", "ea"]
    words: set[str] = set()
    while len(words) < 20_000:
        words.add("".join(rng.choice(onsets) + rng.choice(vowels) for _ in range(rng.choice((1, 2, 2, 3)))))
    return sorted(words)


def items(count: int) -> Iterator[Item]:
    """Synthetic items with word frequencies as in language (Zipf's law), spread over three years."""
    import datetime

    rng = random.Random(7)
    known = vocabulary(rng)
    rng.shuffle(known)
    weights = [1 / (rank + 3) for rank in range(len(known))]
    stream = rng.choices(known, weights, k=min(2_000_000, 14 * count))
    kinds = ["image"] * 6 + ["text", "audio", "score", "mesh"]
    start, step = 1_700_000_000_000, 94_608_000_000 // count
    for number in range(count):
        ms = start + number * step + rng.randrange(max(1, step))
        at = rng.randrange(len(stream) - 13)
        prompt = " ".join(stream[at : at + 12])
        if number % 9 == 0:
            prompt += " " + "".join(rng.choices(_CJK, k=6))
        kind = rng.choice(kinds)
        created = to_iso(datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC))
        yield Item(
            id=new_id(ms),
            kind=kind,
            title=prompt[:40],
            created=created,
            file=f"{created[:7]}/{created[:10]}_{number}.png",
            sha256="0" * 64,
            bytes=1_000_000,
            facts={"width": 1024, "height": 1024},
            origin=Origin(generator=f"studio.{kind}.maker{rng.randrange(4)}", seed=rng.randrange(2**32)),
            rating=rng.choice((0, 0, 0, 0, 3, 4, 5)),
            favourite=rng.random() < 0.02,
            tags=tuple(rng.sample(("blue", "red", "draft", "final", "portrait"), rng.choice((0, 0, 1)))),
            text=prompt,
        )


def built(path: Path, count: int) -> Path:
    """The index with `count` items at `path`, built unless it is there."""
    if not path.exists():
        started = time.perf_counter()
        index = Index(path)
        index.put_all(items(count))
        index.close()
        print(f"built {count:,} items in {time.perf_counter() - started:.0f} s, {path.stat().st_size / 2**20:.0f} MB")
    return path


def open_and_first_page(path: Path) -> float:
    """Seconds to open an index and read its newest 100 rows, with their total number."""
    started = clock()
    index = Index(path)
    view = View(index)
    assert len(view.rows(0, 100)) == 100
    assert view.count
    seconds = clock() - started
    index.close()
    return seconds


def word_search(index: Index, words: list[str]) -> list[float]:
    """Seconds of each search's first page of 50."""
    seconds = []
    for word in words:
        started = clock()
        View(index, word).page(limit=50)
        seconds.append(clock() - started)
    return seconds


def raw_search(index: Index, words: list[str]) -> list[float]:
    """The same pages, asked of SQLite directly."""
    source = "words JOIN items i ON i.pos = words.rowid"
    sql = f"SELECT {COLUMNS} FROM {source} WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT 50"
    seconds = []
    for word in words:
        started = clock()
        index.all(sql, (f'"{word}"',))
        seconds.append(clock() - started)
    return seconds


def typed(index: Index, words: list[str]) -> list[float]:
    """Seconds of each page while words are typed letter by letter, from the second on."""
    seconds = []
    for word in words:
        for length in range(2, len(word) + 1):
            started = clock()
            View(index, word[:length], typing=True).page(limit=50)
            seconds.append(clock() - started)
    return seconds


def windows(index: Index, rows: list[int]) -> list[float]:
    """Seconds to read 100 rows at each of these places of one view."""
    view = View(index)
    view.prepare()
    seconds = []
    for row in rows:
        started = clock()
        view.rows(row, 100)
        seconds.append(clock() - started)
    return seconds


def p95(seconds: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20)[-1]


def turns(measure: Callable[[bool], list[float]], rounds: int) -> tuple[list[float], list[float]]:
    """Measurements of small and large, taken in the order A B B A, after one round to warm the caches of both."""
    measure(False)  # noqa: FBT003 (which of the two)
    measure(True)  # noqa: FBT003
    small: list[float] = []
    large: list[float] = []
    for _ in range(rounds):
        for big in (False, True, True, False):
            (large if big else small).extend(measure(big))
    return small, large


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--cpu", action="store_true", help="measure this thread's computing time: for a busy machine")
    options = parser.parse_args()
    if options.cpu:
        global clock
        clock = time.thread_time
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = {False: built(folder / "small.db", SMALL), True: built(folder / f"{options.items}.db", options.items)}
        rng = random.Random(7)
        known = vocabulary(rng)
        rng.shuffle(known)  # as `items` does: commonest first
        words = [*known[:40], "狐狸"]  # common enough to fill a page in the small library too
        indexes = {size: Index(path) for size, path in paths.items()}
        sizes = {False: SMALL, True: options.items}
        bars: dict[str, dict[str, float]] = {}

        def bar(name: str, small: list[float], large: list[float], of: Callable[[list[float]], float]) -> None:
            ratio = of(large) / of(small)
            bars[name] = {"small_ms": of(small) * 1e3, "large_ms": of(large) * 1e3, "ratio": ratio}
            middle = statistics.median(large) / statistics.median(small)
            line = f"{name:44} {of(small) * 1e3:9.3f} ms {of(large) * 1e3:9.3f} ms   × {ratio:.2f}"
            print(f"{line} (medians × {middle:.2f})")

        print(f"{'':44} {SMALL:>9,} it. {options.items:>9,} it.")
        bar("open + first page, median", *turns(lambda big: [open_and_first_page(paths[big])], 20), statistics.median)
        bar("word search, p95", *turns(lambda big: word_search(indexes[big], words), 5), p95)
        bar("search as you type, p95", *turns(lambda big: typed(indexes[big], words[:30]), 2), p95)
        places = [random.random() for _ in range(100)]
        jump = turns(lambda big: windows(indexes[big], [int(place * (sizes[big] - 100)) for place in places]), 3)
        bar("100 rows anywhere in the grid, p95", *jump, p95)
        ours, raw = turns(lambda direct: (raw_search if direct else word_search)(indexes[True], words), 5)
        bar("ours (2nd column: raw FTS, same file), p95", raw, ours, p95)
        filtered = [f"{word} kind:image rating:>=4 -draft" for word in words]
        bar("word + kind + rating − word, p95", *turns(lambda big: word_search(indexes[big], filtered), 3), p95)
        started = time.perf_counter()
        View(indexes[True], words[0]).prepare()
        print(f"count and anchor a common word at {options.items:,}: {(time.perf_counter() - started) * 1e3:.0f} ms")
        started = time.perf_counter()
        View(indexes[True]).prepare()
        print(f"anchors of the whole grid at {options.items:,}: {(time.perf_counter() - started) * 1e3:.0f} ms")
        print(json.dumps(bars))
        for index in indexes.values():
            index.close()


if __name__ == "__main__":
    main()
