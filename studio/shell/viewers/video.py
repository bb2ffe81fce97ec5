"""The video viewer: play, scrub, loop."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.library.formats.sniff import KIND_OF, noun, sniff
from studio.sdk.errors import UserError
from studio.shell.i18n import say, tr
from studio.shell.theme import set_role, tokens
from studio.shell.viewers.base import Viewer
from studio.shell.viewers.controls import SeekBar, action_button, clock
from studio.shell.viewers.player import Player
from studio.shell.viewers.transport import Transport
from studio.shell.widgets import ElidedLabel


class VideoViewer(Viewer):
    """Moving pictures."""

    kind = "video"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration = 0.0
        self.player = Player(self)
        self.surface = _Screen()
        self.surface.clicked.connect(self.player.toggle)
        self.seek_bar = SeekBar()
        self.seek_bar.sought.connect(lambda share: self.player.seek(share * self._duration))
        self._facts = ElidedLabel()
        set_role(self._facts, "muted")
        self._wired = False
        self.canvas.addWidget(self.surface, 1)
        self.canvas.addWidget(self.seek_bar)
        self.canvas.setSpacing(0)
        self.transport = Transport(self, self.player, self.bar)
        self.bar.addWidget(self._facts, 1)
        self.transport.add_volume(self, self.bar)
        self.bar.addWidget(action_button(self.full_screen_action))
        self.controls.let_yield(*self.transport.yielding)
        self.player.moved.connect(self._on_moved)
        self.player.duration_known.connect(self._on_duration)
        self.player.failed.connect(self._not_playable)

    def show_preview(self, image: QImage) -> None:
        """Show the newest frame."""
        self.surface.show_image(image)
        self.show_content()

    def become_quick_look(self) -> None:
        """Space closes the quick look; P plays."""
        self.transport.leave_space()

    def quick_look_parts(self) -> list[QWidget]:
        """Nothing here types."""
        return [self, self.surface]

    def _load(self, path: Path) -> None:
        self._duration = 0.0
        self.player.close()
        self.surface.show_image(QImage())
        self.show_content()
        self.keep(self.background.run(partial(check_video, path), self._checked, self._not_a_video, self))

    def _checked(self, path: Path) -> None:
        self._wire()
        self.player.open(path, now=True)
        # The first frame shows at once: a paused player decodes it.
        self.player.pause()

    def _not_a_video(self, error: Exception) -> None:
        self.fail(str(error))

    def _wire(self) -> None:
        """Make the sink that pictures arrive at; Qt's multimedia loads here."""
        if self._wired:
            return
        from PySide6.QtMultimedia import QVideoSink

        self._wired = True
        sink = QVideoSink(self)
        sink.videoFrameChanged.connect(self._show_frame)
        self.player.show_on(sink)

    def _show_frame(self, frame: object) -> None:
        image: QImage = frame.toImage()  # type: ignore[attr-defined]
        if image.isNull():
            return
        first = self.surface.image.isNull()
        self.surface.show_image(image)
        self._facts.set_whole(f"{image.width()} × {image.height()}")
        if first and self.path is not None:
            self.loaded.emit()

    def _on_moved(self, seconds: float) -> None:
        share = seconds / self._duration if self._duration else 0.0
        self.seek_bar.show_share(share, clock(seconds * 1000))
        self.transport.show_time(min(seconds, self._duration), self._duration)

    def _on_duration(self, seconds: float) -> None:
        self._duration = seconds
        self._on_moved(0.0)

    def _not_playable(self, words: str) -> None:
        self.fail(tr("This video cannot be played: {reason}", reason=words))

    def _clear(self) -> None:
        self.player.close()
        self.surface.show_image(QImage())
        self._facts.set_whole("")
        self._duration = 0.0
        self._on_moved(0.0)


def check_video(path: Path) -> Path:
    """Return `path` if its content is that of a video: Qt's player would also follow a playlist to other files.

    Raises:
        UserError: it is something else, or cannot be read.
    """
    suffix = sniff(path, "video")
    if KIND_OF[suffix] != "video":
        raise UserError(f"“{path.name}” is {noun(KIND_OF[suffix])}; {noun('video')} is wanted here.")
    return path


class _Screen(QWidget):
    """A frame, as large as fits.

    Signals:
        clicked: with the left button.
    """

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 80)
        say(self.setAccessibleName, "Video")

    def show_image(self, image: QImage) -> None:
        """Show a frame."""
        self.image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(tokens().canvas))
        if not self.image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            corner = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
            painter.drawImage(QRect(corner, size), self.image)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Play or pause."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
