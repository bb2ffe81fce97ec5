"""Small widgets of the library page: plain labels, stars, tags, a picture box."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.shell import icons
from studio.shell.i18n import say, tr
from studio.shell.library.cells import KIND_ICONS
from studio.shell.theme import set_role, tokens
from studio.shell.widgets import FlowLayout, take_all, tool_button


def label(text: str = "", role: str = "", *, selectable: bool = False) -> QLabel:
    """A label that shows its text literally and wraps."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(True)
    if role:
        set_role(made, role)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


class Stars(QWidget):
    """Five stars to click, or to set with the arrow and number keys.

    Signals:
        rated: the artist chose 0 … 5.
    """

    rated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rating = 0
        self._hovered = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setFixedSize(5 * 24 + 8, 28)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.retranslate()

    @property
    def rating(self) -> int:
        """What is shown, 0 … 5."""
        return self._rating

    def show_rating(self, rating: int) -> None:
        """Show a rating without announcing it."""
        self._rating = rating
        self.retranslate()
        self.update()

    def retranslate(self) -> None:
        """Say the rating in the window's language."""
        self.setAccessibleName(tr("Rating"))
        self.setAccessibleDescription(tr("{rating} of 5 stars", rating=self._rating))
        self.setToolTip(tr("Rate with 1 to 5; 0 takes the rating away"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw five stars, the hovered or rated ones full."""
        del event
        painter = QPainter(self)
        colors = tokens()
        full = self._hovered or self._rating
        for place in range(5):
            lit = place < full
            color = colors.accent if lit else colors.muted
            icons.paint(painter, QRect(4 + 24 * place + 2, 4, 20, 20), "star-fill" if lit else "star", color)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would give."""
        self._hovered = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Show the rating again."""
        del event
        self._hovered = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Rate; the present rating again takes it away."""
        star = self._at(event.position().x())
        self.rated.emit(0 if star == self._rating else star)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows change by one, digits set."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}.get(
            Qt.Key(event.key())
        )
        if step is not None:
            self.rated.emit(max(0, min(5, self._rating + step)))
        elif Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_5:
            self.rated.emit(event.key() - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _at(x: float) -> int:
        return max(1, min(5, int((x - 4) // 24) + 1))


class TagEditor(QWidget):
    """Tags as chips that can be taken away, and a box for another one.

    Signals:
        added: a tag was typed.
        removed: a tag's cross was pressed.
    """

    added = Signal(str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips)
        self.box = QLineEdit()
        self.box.setMaxLength(200)
        say(self.box.setPlaceholderText, "Add a tag")
        say(self.box.setAccessibleName, "Add a tag")
        self.box.returnPressed.connect(self._add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._chips)
        layout.addWidget(self.box)

    def show_tags(self, tags: Sequence[str]) -> None:
        """Show these tags."""
        take_all(self._flow)
        for tag in tags:
            self._flow.addWidget(self._chip(tag))
        self._chips.setVisible(bool(tags))
        self._chips.updateGeometry()

    def _chip(self, tag: str) -> QWidget:
        chip = QToolButton()
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        icons.decorate(chip, "x")
        chip.setIconSize(QSize(12, 12))
        # An ampersand would become a shortcut's underline.
        shown = tag if len(tag) <= 40 else tag[:39] + "…"
        chip.setText(shown.replace("&", "&&"))
        set_role(chip, "medium")
        chip.setAccessibleName(tr("Take away the tag {tag}", tag=tag))
        chip.clicked.connect(lambda: self.removed.emit(tag))
        return chip

    def _add(self) -> None:
        tag = " ".join(self.box.text().split())
        if tag:
            self.added.emit(tag)
            self.box.clear()


class PictureBox(QWidget):
    """A thumbnail on the canvas colour, as large as fits; the sign of its medium when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._kind = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(200)

    def show_picture(self, image: QImage | None, kind: str) -> None:
        """Show `image`, or a sign for `kind`."""
        self._image = image if image is not None else QImage()
        self._kind = kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, fitted, with round corners."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colors = tokens()
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), 8, 8)
        painter.fillPath(path, QColor(colors.canvas))
        painter.setClipPath(path)
        if not self._image.isNull():
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(QPoint(0, 0), size)
            target.moveTo((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
            painter.drawImage(target, self._image)
        elif self._kind:
            side = 48
            spot = QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)
            icons.paint(painter, spot, KIND_ICONS.get(self._kind, "file"), colors.muted)
        painter.end()


_TOLD_MS = 15_000
"""How long a sentence about what was done stays; undoing by key works later too."""


class UndoBar(QWidget):
    """A line that says what just happened and offers to take it back.

    Signals:
        undone: *Undo* was pressed.
    """

    undone = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = label()
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.setInterval(_TOLD_MS)
        self._leave.timeout.connect(self.hide)
        self._undo = QToolButton()
        self._undo.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        icons.decorate(self._undo, "arrow-counter-clockwise")
        say(self._undo.setText, "Undo")
        say(self._undo.setAccessibleName, "Undo")
        self._undo.clicked.connect(self.undone)
        close = tool_button("x", "Close", self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 8, 6)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._undo)
        layout.addWidget(close)
        self.hide()

    def tell(self, sentence: str, *, undo: bool) -> None:
        """Show a sentence, with *Undo* when it can be taken back."""
        self._text.setText(sentence)
        self._undo.setVisible(undo)
        self.setAccessibleName(sentence)
        self.show()
        self._leave.start()
