"""Which rows are selected, as runs: a million selected rows cost as much as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping


class RowSet:
    """A set of row numbers kept as sorted, separate, half-open runs."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, runs: Iterable[range] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for run in runs:
            self.add(run)

    def __contains__(self, row: int) -> bool:
        at = bisect_right(self._starts, row) - 1
        return at >= 0 and row < self._ends[at]

    def __len__(self) -> int:
        return sum(self._ends) - sum(self._starts)

    def __bool__(self) -> bool:
        return bool(self._starts)

    def __iter__(self) -> Iterator[int]:
        for run in self.runs():
            yield from run

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowSet) and (self._starts, self._ends) == (other._starts, other._ends)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"RowSet({list(self.runs())})"

    def runs(self) -> list[range]:
        """The runs, ascending, with at least one row between neighbours."""
        return [range(start, end) for start, end in zip(self._starts, self._ends, strict=True)]

    def copy(self) -> RowSet:
        """An independent copy."""
        made = RowSet()
        made._starts = list(self._starts)
        made._ends = list(self._ends)
        return made

    def add(self, run: range) -> None:
        """Select every row of `run` (step 1)."""
        if not run:
            return
        start, end = run.start, run.stop
        first = self._first_touching(start)
        last = bisect_right(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def remove(self, run: range) -> None:
        """Deselect every row of `run` (step 1)."""
        if not run:
            return
        first = self._first_touching(run.start)
        last = bisect_right(self._starts, run.stop - 1)
        kept = []
        for at in range(first, last):
            start, end = self._starts[at], self._ends[at]
            if start < run.start:
                kept.append((start, min(end, run.start)))
            if end > run.stop:
                kept.append((max(start, run.stop), end))
        if first < last:
            self._starts[first:last] = [start for start, _ in kept]
            self._ends[first:last] = [end for _, end in kept]

    def toggle(self, run: range) -> None:
        """Turn selected rows of `run` into unselected ones and the other way round."""
        was = [range(max(run.start, own.start), min(run.stop, own.stop)) for own in self.runs()]
        self.add(run)
        for part in was:
            self.remove(part)

    def _first_touching(self, start: int) -> int:
        """Index of the first run that ends at or after `start`."""
        at = bisect_right(self._starts, start) - 1
        return at if at >= 0 and self._ends[at] >= start else at + 1


class Selection:
    """Rows chosen by mouse and keyboard: a cursor, an anchor for ranges, and the rows.

    Attributes:
        rows: the selected rows.
        current: the row the keyboard is at, −1 for none.
        anchor: where a Shift range starts, −1 for none.
    """

    __slots__ = ("anchor", "current", "rows")

    def __init__(self) -> None:
        self.rows = RowSet()
        self.current = -1
        self.anchor = -1

    def clear(self) -> None:
        """Select nothing; the cursor stays."""
        self.rows = RowSet()

    def choose(self, row: int) -> None:
        """Select `row` alone, as a plain click does."""
        self.rows = RowSet([range(row, row + 1)])
        self.current = self.anchor = row

    def toggle(self, row: int) -> None:
        """Add `row` or take it away, as Ctrl+click does."""
        self.rows.toggle(range(row, row + 1))
        self.current = self.anchor = row

    def extend(self, row: int, *, keep: bool = False) -> None:
        """Select from the anchor to `row`, as Shift+click does; `keep` adds to what is selected (Ctrl+Shift)."""
        anchor = self.anchor if self.anchor >= 0 else row
        span = range(min(anchor, row), max(anchor, row) + 1)
        if not keep:
            self.rows = RowSet()
        self.rows.add(span)
        self.current, self.anchor = row, anchor

    def move(self, row: int) -> None:
        """Move the cursor without selecting, as Ctrl+arrow does."""
        self.current = row

    def choose_all(self, count: int) -> None:
        """Select every row of `count`."""
        self.rows = RowSet([range(count)])
        if self.current < 0 and count:
            self.current = self.anchor = 0

    def follow(self, places: Mapping[int, int], *, go_on: bool) -> None:
        """Select what was selected, where it stands now.

        Args:
            places: old row → new row, of those that are still there.
            go_on: whether, when all are gone, what stands in the place of the first is selected, as after deleting.
        """
        runs = self.rows.runs()
        kept = sorted(places[row] for row in self.rows if row in places)
        current = places.get(self.current, -1)
        if kept:
            self.rows = RowSet(range(place, place + 1) for place in kept)
            self.current = self.anchor = current if current >= 0 else kept[0]
        elif runs and go_on:
            self.choose(runs[0].start)
        elif current >= 0 or not go_on:
            self.clear()
            self.current = self.anchor = current

    def cut(self, count: int) -> None:
        """Forget rows that no longer exist because only `count` are left."""
        runs = self.rows.runs()
        if runs and runs[-1].stop > count:
            self.rows.remove(range(count, runs[-1].stop))
        self.current = min(self.current, count - 1)
        self.anchor = min(self.anchor, count - 1)
