"""Small widgets that several pages use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import delete

from studio.shell.i18n import say
from studio.shell.icons import decorate
from studio.shell.theme import set_role

Line = TypeVar("Line", bound=QBoxLayout)

GAP = 8
"""The usual distance between things, pixels."""

_STYLED = frozenset({QEvent.Type.Polish, QEvent.Type.StyleChange})

BESIDE_TEXT = QSize(22, 16)
"""Size of an icon beside a text: wider than the icon, since Qt leaves too little room between the two."""


@contextmanager
def laid_out_once(*widgets: QWidget) -> Iterator[None]:
    """Lay these widgets out once, when the window's loop turns: each thing shown inside would have it done at once."""
    layouts = [layout for widget in widgets if (layout := widget.layout()) is not None and layout.isEnabled()]
    for layout in layouts:
        layout.setEnabled(False)
    try:
        yield
    finally:
        for layout in layouts:
            layout.setEnabled(True)


def label(text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A label that shows its text literally; `text` is one of ours and is translated."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if text:
        say(made.setText, text)
    return made


class IconLabel(QLabel):
    """An icon that stands by itself, `size` pixels a side; `icons.decorate` draws it, in every theme anew."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = size

    def setIcon(self, icon: QIcon, /) -> None:
        """Show `icon`."""
        self.setPixmap(icon.pixmap(QSize(self.side, self.side)))


def icon_label(icon: str, color: str, size: int) -> IconLabel:
    """An icon that stands by itself; `color` is a token's name."""
    made = IconLabel(size)
    decorate(made, icon, color, size)
    return made


def button(
    text: str, clicked: Callable[[], object] | None = None, *, icon: str = "", role: str = "", color: str | None = None
) -> QPushButton:
    """A push button with a translated text."""
    made = QPushButton()
    say(made.setText, text)
    if icon:
        decorate(made, icon, color or ("accent_text" if role == "primary" else None))
        made.setIconSize(BESIDE_TEXT)
    if role:
        made.setProperty("role", role)
    if clicked is not None:
        made.clicked.connect(lambda: clicked())
    return made


def tool_button(icon: str, text: str, clicked: Callable[[], object] | None = None, *, size: int = 18) -> QToolButton:
    """A small button that shows only an icon; `text` is its tooltip and accessible name."""
    made = QToolButton()
    decorate(made, icon, size=size)
    made.setIconSize(QSize(size, size))
    say(made.setToolTip, text)
    say(made.setAccessibleName, text)
    if clicked is not None:
        made.clicked.connect(lambda: clicked())
    return made


def row(*things: QWidget | QLayout | None, spacing: int = GAP) -> QHBoxLayout:
    """Things side by side; None is a stretch."""
    return _line(QHBoxLayout(), things, spacing)


def column(*things: QWidget | QLayout | None, spacing: int = GAP) -> QVBoxLayout:
    """Things one under the other; None is a stretch."""
    return _line(QVBoxLayout(), things, spacing)


def line(parent: QWidget | None = None) -> QFrame:
    """A thin horizontal line."""
    made = QFrame(parent)
    set_role(made, "line")
    return made


def _line(layout: Line, things: tuple[QWidget | QLayout | None, ...], spacing: int) -> Line:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for thing in things:
        if thing is None:
            layout.addStretch(1)
        elif isinstance(thing, QLayout):
            layout.addLayout(thing)
        else:
            layout.addWidget(thing)
    return layout


class ElidedLabel(QLabel):
    """One line of plain text that ends in “…” when there is too little room; the whole text is its tooltip."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""
        self.set_whole(text)

    @property
    def whole(self) -> str:
        """The text before it was shortened."""
        return self._whole

    def set_whole(self, text: str) -> None:
        """Show `text`, as much as fits."""
        self._whole = " ".join(text.split())
        self.setAccessibleName(self._whole)
        self.updateGeometry()
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        self._elide()

    def sizeHint(self) -> QSize:
        """Room for the whole text, where the size policy asks for it."""
        wide = self.fontMetrics().horizontalAdvance(self._whole) + 1  # it rounds down, and what lacks less is elided
        return QSize(wide, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, super().minimumSizeHint().height())

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(0, self.width()))
        self.setText(shown)
        self.setToolTip(as_plain_tip(self._whole) if shown != self._whole else "")


class CalmSpin(QDoubleSpinBox):
    """A spin box that the mouse wheel changes only while it has the focus, so that scrolling a form changes nothing.

    Its buttons are made to vanish by the style sheet: with `NoButtons` and a style sheet Qt gives the text no room.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(6, 0, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Take the wheel only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmSlider(QSlider):
    """A slider that leaves the mouse wheel to the form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Take the wheel only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmCombo(QComboBox):
    """A drop-down list that leaves the mouse wheel to the form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Take the wheel only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmSplitter(QSplitter):
    """A splitter that is not painted anew, with all that lies in it, whenever the pointer comes in.

    A style sheet that lights its handles up has it painted so; the handles follow the pointer by themselves.
    """

    def event(self, event: QEvent) -> bool:
        """Undo what a style sheet asks for, each time it is applied."""
        taken = super().event(event)
        if event.type() in _STYLED:
            self.setAttribute(Qt.WidgetAttribute.WA_Hover, on=False)
        return taken


class FlowLayout(QLayout):
    """Widgets side by side, going on in the next line where the width ends."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}  # by width: Qt asks for the same ones dozens of times
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt hands over an item."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at `index`, or None."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return the item at `index`, or None."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """The narrower, the taller."""
        return True

    def invalidate(self) -> None:
        """Something in it changed."""
        self._heights.clear()
        super().invalidate()

    def heightForWidth(self, width: int) -> int:
        """The height all lines take at `width`."""
        if width not in self._heights:
            around = self.contentsMargins()
            inner = width - around.left() - around.right()
            lines = self._place(QRect(0, 0, inner, 0), move=False)
            self._heights[width] = lines + around.top() + around.bottom()
        return self._heights[width]

    def setGeometry(self, rect: QRect) -> None:
        """Place everything."""
        super().setGeometry(rect)
        self._place(rect.marginsRemoved(self.contentsMargins()), move=True)

    def sizeHint(self) -> QSize:
        """Enough for the widest."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Enough for the widest."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, tall = rect.x(), rect.y(), 0
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            hint = item.sizeHint()
            width = min(hint.width(), rect.width())
            if x > rect.x() and x + width > rect.right() + 1:
                x, y, tall = rect.x(), y + tall + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, hint.height())))
            x += width + self.spacing()
            tall = max(tall, hint.height())
        return y + tall - rect.y()


def as_plain_tip(text: str) -> str:
    """A tooltip that shows `text` literally: Qt takes what looks like markup for markup, so it is escaped."""
    if "<" not in text and "&" not in text:
        return text
    literal = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<qt>{literal}</qt>"


def take_all(layout: QLayout) -> None:
    """Remove and delete everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            take_all(inner)
        delete(item)  # the layout gave it away, and Python does not own it
