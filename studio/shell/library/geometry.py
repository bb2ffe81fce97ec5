"""Row arithmetic: where each of n equal cells lies in a scrolling grid, in O(1), whatever n is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

GAP = 14
MAX_HEIGHT = 2_000_000_000
"""Scroll bars count in 32 bits; no content is taller than this."""


@dataclass(frozen=True, slots=True)
class GridGeometry:
    """Cells of equal size in rows, centred in the width; all lengths in logical pixels.

    Attributes:
        count: number of cells, ≥ 0.
        width: width of the view.
        cell_width: width of a cell, without the gap.
        cell_height: height of a cell, without the gap.
        gap: space between cells and around them.
    """

    count: int
    width: int
    cell_width: int
    cell_height: int
    gap: int = GAP

    @property
    def columns(self) -> int:
        """Cells beside each other, at least one."""
        return max(1, (self.width - self.gap) // (self.cell_width + self.gap))

    @property
    def rows(self) -> int:
        """Rows needed for all cells."""
        return -(-self.count // self.columns)

    @property
    def row_height(self) -> int:
        """Distance from one row's top to the next one's."""
        return self.cell_height + self.gap

    @property
    def height(self) -> int:
        """Height of everything."""
        return min(MAX_HEIGHT, self.rows * self.row_height + self.gap) if self.count else 0

    @property
    def column_width(self) -> float:
        """Distance from one column's left edge to the next one's; spare width is shared out among the columns."""
        return max((self.width - self.gap) / self.columns, self.cell_width + self.gap)

    def cell(self, index: int) -> tuple[int, int, int, int]:
        """Left, top, width and height of cell `index`, in content coordinates."""
        row, column = divmod(index, self.columns)
        spare = max(0.0, self.column_width - self.gap - self.cell_width)
        left = self.gap + column * self.column_width + spare / 2
        return round(left), self.gap + row * self.row_height, self.cell_width, self.cell_height

    def index_at(self, x: int, y: int) -> int:
        """The cell that holds the point, or −1."""
        row = (y - self.gap) // self.row_height
        column = int((x - self.gap) // self.column_width)
        if row < 0 or not 0 <= column < self.columns:
            return -1
        index = row * self.columns + column
        if index >= self.count:
            return -1
        left, top, width, height = self.cell(index)
        return index if left <= x < left + width and top <= y < top + height else -1

    def visible(self, top: int, height: int) -> range:
        """The cells that show between `top` and `top + height`."""
        first_row = max(0, (top - self.gap) // self.row_height)
        last_row = max(0, (top + height - self.gap - 1) // self.row_height)
        first = min(self.count, first_row * self.columns)
        last = min(self.count, (last_row + 1) * self.columns)
        return range(first, max(first, last))

    def in_rectangle(self, left: int, top: int, right: int, bottom: int) -> Iterator[range]:
        """Runs of the cells that touch the rectangle, top to bottom: one per row, or one for all when rows are full."""
        if not self.count or right < left or bottom < top:
            return
        columns = [
            column
            for column in range(self.columns)
            if (edge := self.cell(column)[0]) <= right and edge + self.cell_width >= left
        ]
        if not columns:
            return
        first_row = max(0, -(-(top - self.gap - self.cell_height) // self.row_height))
        last_row = min(self.rows - 1, (bottom - self.gap) // self.row_height)
        if len(columns) == self.columns and first_row <= last_row:
            yield range(first_row * self.columns, min(self.count, (last_row + 1) * self.columns))
            return
        for row in range(first_row, last_row + 1):
            start = row * self.columns
            run = range(start + columns[0], min(self.count, start + columns[-1] + 1))
            if run:
                yield run

    def moved(self, index: int, key: str, page: int) -> int:
        """Where the cursor goes from `index` by a key: left right up down home end page_up page_down.

        Args:
            index: the cursor, −1 for none yet.
            key: what was pressed.
            page: height of the view, for paging.
        """
        if not self.count:
            return -1
        if index < 0:
            return self.count - 1 if key == "end" else 0
        last = self.count - 1
        page_rows = max(1, page // self.row_height)
        if key == "up":
            return index - self.columns if index >= self.columns else index
        if key == "down":
            return self._below(index, 1)
        if key == "page_up":
            return max(index % self.columns, index - page_rows * self.columns)
        if key == "page_down":
            return self._below(index, page_rows)
        return {"left": max(0, index - 1), "right": min(last, index + 1), "home": 0, "end": last}[key]

    def _below(self, index: int, rows: int) -> int:
        """`rows` further down in the same column, or the last cell when the last row is shorter."""
        last = self.count - 1
        down = min(rows, last // self.columns - index // self.columns)
        return min(last, index + down * self.columns)


def stretched(width: int, side: int, gap: int = GAP) -> int:
    """The width of a cell of at least `side` such that as many as fit side by side fill `width`."""
    columns = max(1, (width - gap) // (side + gap))
    return max(side, min((width - gap) // columns - gap, side * 3 // 2))
