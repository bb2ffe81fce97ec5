"""Quick look: a frameless sheet over the window with the viewer of whatever is selected; space closes it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.shell.theme import tokens
from studio.shell.viewers import viewer_for
from studio.shell.viewers.base import Sibling, Viewer
from studio.shell.widgets import ElidedLabel, tool_button

if TYPE_CHECKING:
    from studio.library import Item


class QuickLook(QDialog):
    """A viewer over the window.

    Signals:
        stepped: an arrow key asked for the item before (−1) or after (+1).
        rated: a digit from 0 to 5 was pressed.
        sound_wanted: the score that shows is to be made to sound.
    """

    stepped = Signal(int)
    rated = Signal(int)
    sound_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("Stage")
        self._viewers: dict[str, Viewer] = {}
        self._shade: _Shade | None = None
        self._title = ElidedLabel()
        head = QWidget()
        head.setObjectName("Panel")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(head)
        line.setContentsMargins(16, 6, 8, 6)
        line.addWidget(self._title, 1)
        line.addWidget(tool_button("caret-left", "Previous item", lambda: self.stepped.emit(-1)))
        line.addWidget(tool_button("caret-right", "Next item", lambda: self.stepped.emit(1)))
        line.addWidget(tool_button("x", "Close", self.close))
        self._stack = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)

    @property
    def viewer(self) -> Viewer | None:
        """The viewer that shows."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Viewer) else None

    def show_item(
        self,
        kind: str,
        path: Path,
        title: str,
        *,
        item: Item | None = None,
        siblings: Sequence[Sibling] = (),
        thumbnail: Path | None = None,
        before: Path | None = None,
        sound: bool = False,
    ) -> None:
        """Show a file with the viewer of its kind.

        Args:
            kind: the medium.
            path: the file.
            title: what stands above it.
            item: its record.
            siblings: other results of the same job.
            thumbnail: a small picture to show until, or unless, the file can be.
            before: the picture a picture was made from, to compare.
            sound: whether a score without a recording can be made to sound.
        """
        last = self.viewer
        self._title.set_whole(title)
        self.setWindowTitle(title)
        viewer = self._viewers.get(kind)
        if viewer is None:
            viewer = self._viewers[kind] = viewer_for(kind, self)
            viewer.become_quick_look()
            viewer.sound_wanted.connect(self.sound_wanted)
            for part in viewer.quick_look_parts():
                part.installEventFilter(self)
            self._stack.addWidget(viewer)
        fills_screen = False
        if last is not None and last is not viewer:
            fills_screen = last.fills_screen
            if fills_screen:
                last.toggle_full_screen()
            last.clear()
        viewer.thumbnail = thumbnail
        self._stack.setCurrentWidget(viewer)
        viewer.show_file(path, item, siblings)
        viewer.offer_before(before)
        viewer.offer_sound(possible=sound)
        viewer.setFocus()
        if fills_screen:  # a step to another medium stays on the screen
            viewer.toggle_full_screen()

    def open_at(self, *, large: bool = False) -> None:
        """Open over the parent window: most of it, or all of it when `large`."""
        parent = self.parentWidget()
        screen = self.screen().availableGeometry()
        room = parent.window().frameGeometry() if parent is not None else screen
        share = 0.98 if large else 0.84
        size = QSize(int(room.width() * share), int(room.height() * share)).expandedTo(QSize(560, 420))
        self.resize(size)
        self.move(room.center() - self.rect().center())
        if parent is not None and self._shade is None:
            self._shade = _Shade(parent.window(), self)
        self.show()
        self.setFocus()

    def done(self, result: int) -> None:
        """Let go of the files; nothing goes on playing behind a closed sheet."""
        for viewer in self._viewers.values():
            if viewer.fills_screen:
                viewer.toggle_full_screen()
            viewer.clear()
        if self._shade is not None:
            self._shade.hide()
            self._shade.deleteLater()
            self._shade = None
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Escape close, arrows step."""
        if not self._key(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space closes wherever the focus is, except where text is typed or a button is pressed by it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._key(event):
            return True
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self.viewer is None or self.viewer.kind != "text":  # a text scrolls by these
            steps |= {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Escape}:
            if self.viewer is not None and self.viewer.fills_screen:
                self.viewer.toggle_full_screen()
            else:
                self.close()
            return True
        if (by := steps.get(Qt.Key(event.key()))) is not None:
            self.stepped.emit(by)
            return True
        if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_5:
            self.rated.emit(event.key() - Qt.Key.Key_0)
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """A thin frame sets the sheet off."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(tokens().border))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class _Shade(QWidget):
    """Dims the window behind the sheet; a click on it closes the sheet."""

    def __init__(self, window: QWidget, sheet: QuickLook) -> None:
        super().__init__(window)
        self._sheet = sheet
        self.setGeometry(window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darken what lies below."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(0, 0, 0, 110))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close the sheet."""
        del event
        self._sheet.close()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click on what opened the sheet closes nothing."""
        event.accept()
