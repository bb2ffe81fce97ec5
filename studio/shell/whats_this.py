"""Shift+F1: what the mouse finds in a tip, for those who use the keyboard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QTimer
from PySide6.QtWidgets import QToolTip, QWidget

from studio.shell.widgets import as_plain_tip

SETTLED_MS = 100
"""By then the palette, where this may have been chosen, is closed; as that moves the focus, it would close the tip."""

READ_MS = 60_000
"""How long the tip stays, unless the focus goes on before."""


def tell_about(widget: QWidget | None) -> bool:
    """Show beside `widget` what there is to know about it; False where nothing is."""
    told = tip_of(widget)
    if widget is None or not told:
        return False
    QTimer.singleShot(SETTLED_MS, widget, partial(_show, widget, told))
    return True


def tip_of(widget: QWidget | None) -> str:
    """The tip of a widget or, as Qt does under the mouse, of what it lies in; else what a screen reader is told."""
    around = widget
    while around is not None and not around.isWindow():
        if tip := around.toolTip():
            return tip
        around = around.parentWidget()
    return as_plain_tip(widget.accessibleDescription()) if widget is not None else ""


def _show(widget: QWidget, told: str) -> None:
    QToolTip.showText(widget.mapToGlobal(QPoint(0, widget.height())), told, widget, QRect(), READ_MS)
