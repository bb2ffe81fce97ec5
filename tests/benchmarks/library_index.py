"""How the index answers at a million items and at a thousand, as ratios measured in one run.

    python tests/benchmarks/library_index.py [--items 1000000] [--folder DIR] [--cpu]

Builds both indexes (some minutes for the large one; kept in --folder when given), then measures each thing in turns,
A B B A and B A A B, so that a busy machine disturbs both alike. A question's time is the median of its turns; a 95th
percentile is taken over the questions. Prints one line per bar.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for place in (ROOT, ROOT / "tests"):
    sys.path.insert(0, str(place))

from benchmarks.bars import Bar, median, percentile, printed  # noqa: E402

from studio.library import search, tokens  # noqa: E402
from studio.library.index import COLUMNS, Index  # noqa: E402
from studio.library.items import Item, Origin, new_id, to_iso  # noqa: E402
from studio.library.views import View  # noqa: E402

SMALL = 1000
PAGE = 50
RAW = (
    f"SELECT {COLUMNS} FROM words JOIN items i ON i.pos = words.rowid "
    f"WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT {PAGE}"
)
"""In one line: apsw keeps no prepared statement of a text that goes on after it, and be it a line's end."""
Work = Callable[[], object]
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


def open_and_first_page(path: Path) -> None:
    """Open an index and read its newest 100 rows, with their total number."""
    index = Index(path)
    view = View(index)
    assert len(view.rows(0, 100)) == 100
    assert view.count
    index.close()


def ask(index: Index, text: str, *, typing: bool = False) -> list[str]:
    """A search's first page, as the library gives it."""
    return [row.id for row in View(index, text, typing=typing).page(limit=PAGE).rows]


def work(index: Index, text: str, *, typing: bool = False) -> Work:
    """The same to be timed, without looking at what was found."""
    return lambda: View(index, text, typing=typing).page(limit=PAGE)


def raw(index: Index, text: str) -> Work:
    """The same rows asked of SQLite itself on the same connection, with the expression ready-made."""
    connection, values = index._connection, (tokens.expression(search.parse(text)),)
    found = [row[1] for row in connection.execute(RAW, values)]
    assert found == ask(index, text), f"{text} finds other rows"
    return lambda: connection.execute(RAW, values).fetchall()


class Turns:
    """Measures pairs of works, in turns.

    Args:
        clock: seconds.
        rounds: how often each pair is measured, in turn A B B A and B A A B: who begins finds the caches cold.
    """

    def __init__(self, clock: Callable[[], float], rounds: int) -> None:
        self._clock = clock
        self._rounds = rounds

    def medians(self, pairs: Sequence[tuple[Work, Work]]) -> tuple[list[float], list[float]]:
        """The median time of every A and of every B, after one call of each to warm the caches."""
        first: list[list[float]] = [[] for _ in pairs]
        second: list[list[float]] = [[] for _ in pairs]
        for a, b in pairs:
            a()
            b()
        for turn in range(self._rounds):
            for number, (a, b) in enumerate(pairs):
                order = [(a, first), (b, second), (b, second), (a, first)]
                for each, times in order if turn % 2 else [order[1], order[0], order[0], order[1]]:
                    begun = self._clock()
                    each()
                    times[number].append(self._clock() - begun)
        return [median(times) for times in first], [median(times) for times in second]

    def bar(self, name: str, pairs: Sequence[tuple[Work, Work]], limit: float, share: float = 0.95) -> Bar:
        """B's time in units of A's, at a percentile over the pairs."""
        a, b = self.medians(pairs)
        low, high = percentile(a, share), percentile(b, share)
        middle = median(b) / median(a)
        figure = f"{high / low:.2f} ({1000 * high:.3f} / {1000 * low:.3f} ms; medians {middle:.2f})"
        return Bar(name, figure, f"≤ {limit:g}", high / low <= limit)


def questions() -> list[str]:
    """Two hundred words, commonest first, and two characters of Chinese."""
    rng = random.Random(7)
    known = vocabulary(rng)
    rng.shuffle(known)  # as `items` does
    return [*known[:200], "狐狸"]


def bars(small: Path, large: Path, clock: Callable[[], float]) -> Iterator[Bar]:
    """Every bar, one after the other."""
    turns, few, many = Turns(clock, 10), Index(small), Index(large)
    words = questions()
    common = [*words[:40], words[-1]]  # these fill a page in the small library too

    def searched(texts: Sequence[str], *, typing: bool = False) -> list[tuple[Work, Work]]:
        return [(work(few, text, typing=typing), work(many, text, typing=typing)) for text in texts]

    opened = (partial(open_and_first_page, small), partial(open_and_first_page, large))
    yield turns.bar("open + first page, large / small", [opened], 1.5, share=0.5)
    yield turns.bar("word search p95, large / small", searched(common), 1.5)
    yield turns.bar("word search p95, ours / raw FTS", [(raw(many, word), work(many, word)) for word in words], 1.3)
    views = View(few), View(many)
    places = [random.Random(number).random() for number in range(100)]
    jumps = [tuple(partial(view.rows, int(place * (view.count - 100)), 100) for view in views) for place in places]
    for view in views:
        view.prepare()
    yield turns.bar("100 rows anywhere in the grid p95, large / small", [(low, high) for low, high in jumps], 1.5)
    filtered = [f"{word} kind:image rating:>=4 -draft" for word in common]
    yield turns.bar("word + kind + rating − word p95, large / small", searched(filtered), 3)
    typed = [word[:length] for word in common[:30] for length in range(2, len(word) + 1)]
    _few, keys = Turns(clock, 1).medians(searched(typed, typing=True))
    slowest = 1000 * percentile(keys, 0.95)
    yield Bar("search as you type p95, each key, large", f"{slowest:.1f} ms", "≤ 50 ms", slowest <= 50)
    for index in (few, many):
        index.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--cpu", action="store_true", help="measure this thread's computing time: for a busy machine")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        small, large = (built(folder / f"{count}.db", count) for count in (SMALL, options.items))
        print(f"small: {SMALL:,} items, large: {options.items:,} items, {'computing' if options.cpu else 'wall'} time")
        return printed(bars(small, large, time.thread_time if options.cpu else time.perf_counter))


if __name__ == "__main__":
    sys.exit(main())
