"""Where Tab leads: through the window as it is seen. Qt would go in the order in which widgets were made, some late."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cmp_to_key

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget


def go_on(window: QWidget, forward: bool) -> bool:
    """Give the focus to the next or previous stop of a window, and have it seen; False where there is none."""
    focus = window.focusWidget()
    ring = list(stops(window, focus))
    if not ring or ring == [focus]:
        return False
    place = ring.index(focus) if focus in ring else -1 if forward else 0
    found = ring[(place + (1 if forward else -1)) % len(ring)]
    found.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    around = found.parentWidget()
    while around is not None and around is not window:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(found)
        around = around.parentWidget()
    return True


def stops(widget: QWidget, focus: QWidget | None = None) -> Iterator[QWidget]:
    """What Tab stops at in `widget`, in reading order: from the top, beside each other from the left.

    `focus` is among them even if Tab would not stop there, so that one can go on from it.
    """
    if not (widget.isVisible() and widget.isEnabled()):
        return
    by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
    if widget is focus or (by_tab and widget.focusProxy() is None and not widget.isWindow()):
        yield widget
    inside = [child for child in widget.children() if isinstance(child, QWidget) and not child.isWindow()]
    for child in sorted(inside, key=cmp_to_key(_order)):
        yield from stops(child, focus)


def _order(one: QWidget, other: QWidget) -> int:
    a, b = one.geometry(), other.geometry()
    if a.bottom() < b.top():
        return -1
    if b.bottom() < a.top():
        return 1
    return a.left() - b.left()
