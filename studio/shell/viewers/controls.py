"""Controls that several viewers put under their canvas."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from studio.shell.i18n import say
from studio.shell.theme import tokens


def action_button(action: QAction) -> QToolButton:
    """A button for an action, drawn with its icon; its text and keys are the tool tip."""
    made = ActionButton(action)
    made.setDefaultAction(action)
    made.setIconSize(QSize(18, 18))
    made.setAutoRaise(True)
    return made


class ActionButton(QToolButton):
    """A tool button whose name and tool tip follow its action, keys included."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._of = action
        action.changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the action's text in the window's language."""
        keys = self._of.shortcut().toString()
        self.setAccessibleName(self._of.text())
        tip = f"{self._of.text()} ({keys})" if keys else self._of.text()
        if self._of.toolTip() != tip:
            self._of.setToolTip(tip)


class ControlBar(QWidget):
    """The row of controls under a viewer; where it is too narrow for all of them, the least important make room.

    The actions of those that did are reached by their keys all the same.

    Attributes:
        line: where the controls stand.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._yielding: tuple[tuple[QWidget, ...], ...] = ()
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(12, 6, 12, 6)
        self.line.setSpacing(4)

    def let_yield(self, *controls: tuple[QWidget, ...]) -> None:
        """Name those that make room together, the least important first; nobody else shows or hides them."""
        self._yielding = controls
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """As narrow as it is once all that can have made room."""
        return QSize(self._width_without(len(self._yielding)), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give and take room."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """A control that came, went or changed its text needs other room than before."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        """Show what there is room for."""
        most = len(self._yielding)
        gone = next((few for few in range(most) if self._width_without(few) <= self.width()), most)
        for place, together in enumerate(self._yielding):
            for control in together:
                control.setVisible(place >= gone)

    def _width_without(self, gone: int) -> int:
        """The width of all that is wanted, without the first `gone` of those that yield."""
        items = [item for place in range(self.line.count()) if (item := self.line.itemAt(place)) is not None]
        yielding = list(chain(*self._yielding))
        others = [item for item in items if item.widget() not in yielding and not item.isEmpty()]
        widths = [item.minimumSize().width() for item in others]
        widths += [_width(control) for control in chain(*self._yielding[gone:])]
        margins = self.line.contentsMargins()
        return margins.left() + sum(widths) + self.line.spacing() * (len(widths) - 1) + margins.right()


class SeekBar(QWidget):
    """A thin line to see and choose a place in time.

    Signals:
        sought: the artist wants this moment, as a share from 0 to 1.
    """

    sought = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self._step = 0.02
        self.setFixedHeight(20)
        self.setMinimumWidth(80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        say(self.setAccessibleName, "Position")

    def show_share(self, share: float, spoken: str = "") -> None:
        """Show a place; `spoken` says it in words."""
        self._share = max(0.0, min(1.0, share))
        self.setAccessibleDescription(spoken)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, the part that has passed, and a knob."""
        del event
        colors = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        line = QRectF(7, self.height() / 2 - 2, self.width() - 14, 4)
        painter.setBrush(QColor(colors.border))
        painter.drawRoundedRect(line, 2, 2)
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(QRectF(line.left(), line.top(), line.width() * self._share, 4), 2, 2)
        painter.setBrush(QColor(colors.accent if self.hasFocus() else colors.text))
        painter.drawEllipse(QPointF(line.left() + line.width() * self._share, self.height() / 2), 6, 6)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go a little way, Home and End to the ends."""
        places = {
            Qt.Key.Key_Left: self._share - self._step,
            Qt.Key.Key_Right: self._share + self._step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
        }
        if (share := places.get(Qt.Key(event.key()))) is not None:
            self.sought.emit(max(0.0, min(1.0, share)))
        else:
            super().keyPressEvent(event)

    def _seek(self, x: float) -> None:
        self.sought.emit(max(0.0, min(1.0, (x - 7) / max(1, self.width() - 14))))


def _width(control: QWidget) -> int:
    """The width that a control takes in a row, also while it is hidden."""
    return min(max(control.minimumWidth(), control.sizeHint().width()), control.maximumWidth())


def clock(milliseconds: float) -> str:
    """A time as people read it: ``1:05``, or ``1:02:05`` from an hour on."""
    seconds = max(0, int(milliseconds // 1000))
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
