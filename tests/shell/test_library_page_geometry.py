"""Row arithmetic and selection as plain numbers: they hold for any number of items and any window."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.shell.library.geometry import GridGeometry, stretched
from studio.shell.library.selection import RowSet, Selection

grids = st.builds(
    GridGeometry,
    count=st.integers(0, 2_000_000),
    width=st.integers(1, 4000),
    cell_width=st.integers(40, 400),
    cell_height=st.integers(40, 440),
    gap=st.integers(0, 24),
)


@given(grids, st.data())
def test_every_cell_is_found_at_its_own_middle(grid: GridGeometry, data: st.DataObject) -> None:
    if not grid.count:
        assert grid.index_at(50, 50) == -1
        return
    index = data.draw(st.integers(0, grid.count - 1))
    left, top, width, height = grid.cell(index)
    assert grid.index_at(left + width // 2, top + height // 2) == index


@given(grids, st.integers(0, 3_000_000), st.integers(1, 2000))
def test_exactly_the_cells_that_touch_the_view_are_visible(grid: GridGeometry, top: int, height: int) -> None:
    visible = grid.visible(top, height)
    assert 0 <= visible.start <= visible.stop <= grid.count
    assert len(visible) <= (height // grid.row_height + 2) * grid.columns
    for index in {visible.start, visible.stop - 1} if visible else ():
        _, cell_top, _, cell_height = grid.cell(index)
        assert cell_top + cell_height + grid.gap >= top
        assert cell_top - grid.gap <= top + height  # a row's band begins with the gap above it
    for index in (visible.start - 1, visible.stop):
        if 0 <= index < grid.count and visible:
            _, cell_top, _, cell_height = grid.cell(index)
            assert cell_top + cell_height <= top or cell_top >= top + height


@given(grids.filter(lambda grid: grid.count <= 400), st.integers(-50, 900), st.integers(-50, 900), st.data())
def test_a_rectangle_holds_the_cells_it_touches(grid: GridGeometry, left: int, top: int, data: st.DataObject) -> None:
    right, bottom = left + data.draw(st.integers(0, 900)), top + data.draw(st.integers(0, 900))
    found = {index for run in grid.in_rectangle(left, top, right, bottom) for index in run}
    touched = set()
    for index in range(grid.count):
        x, y, width, height = grid.cell(index)
        if x <= right and x + width >= left and y <= bottom and y + height >= top:
            touched.add(index)
    assert found == touched


@given(grids.filter(lambda grid: grid.count > 0), st.data())
def test_moving_by_keys_stays_inside_and_can_be_taken_back(grid: GridGeometry, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, grid.count - 1))
    for key in ("left", "right", "up", "down", "home", "end", "page_up", "page_down"):
        assert 0 <= grid.moved(index, key, 600) < grid.count
    down = grid.moved(index, "down", 600)
    if down == index + grid.columns:
        assert grid.moved(down, "up", 600) == index
    assert grid.moved(-1, "right", 600) == 0


@given(st.integers(1, 4000), st.integers(96, 384))
def test_stretched_cells_fill_the_width_without_losing_a_column(width: int, side: int) -> None:
    grown = stretched(width, side)
    assert side <= grown <= max(side, side * 3 // 2)
    before, after = GridGeometry(100, width, side, side), GridGeometry(100, width, grown, grown)
    assert after.columns == before.columns


def test_a_million_rows_fit_the_scroll_bar() -> None:
    grid = GridGeometry(1_000_000, 250, 200, 230)
    assert grid.columns == 1
    assert grid.height == 1_000_000 * grid.row_height + grid.gap < 2**31


runs = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: range(pair[0], pair[0] + pair[1]))
steps = st.lists(st.tuples(st.sampled_from(["add", "remove", "toggle"]), runs), max_size=30)


@settings(max_examples=300)
@given(steps)
def test_a_row_set_behaves_like_a_set_of_numbers(steps: list[tuple[str, range]]) -> None:
    rows, model = RowSet(), set[int]()
    for what, run in steps:
        getattr(rows, what)(run)
        if what == "add":
            model |= set(run)
        elif what == "remove":
            model -= set(run)
        else:
            model ^= set(run)
        assert set(rows) == model
        assert len(rows) == len(model)
        assert all((number in rows) == (number in model) for number in range(85))
        found = rows.runs()
        assert all(a.stop < b.start for a, b in pairwise(found))


def test_a_million_rows_are_selected_as_one_run() -> None:
    selection = Selection()
    selection.choose_all(1_000_000)
    selection.toggle(500_000)
    assert len(selection.rows) == 999_999
    assert len(selection.rows.runs()) == 2
    selection.cut(400_000)
    assert len(selection.rows) == 400_000


@pytest.mark.parametrize(("anchor", "row", "chosen"), [(3, 6, [3, 4, 5, 6]), (6, 3, [3, 4, 5, 6]), (-1, 2, [2])])
def test_a_shift_range_runs_from_the_anchor(anchor: int, row: int, chosen: list[int]) -> None:
    selection = Selection()
    if anchor >= 0:
        selection.choose(anchor)
    selection.extend(row)
    assert list(selection.rows) == chosen
    assert selection.current == row
