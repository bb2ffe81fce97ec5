"""Play, loop, time and loudness: the row of controls under sound and video."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.shell.i18n import say
from studio.shell.icons import decorate
from studio.shell.viewers.base import Viewer
from studio.shell.viewers.controls import action_button, clock
from studio.shell.viewers.loudness import Loudness
from studio.shell.viewers.player import Player
from studio.shell.widgets import CalmSlider, label


class Transport:
    """Adds its controls to a viewer's bar and keeps them in step with a player.

    Attributes:
        play: the action that plays and pauses.
        loop: the action that repeats.
        yielding: the controls that make room together in a narrow bar, the least important first.
    """

    def __init__(self, viewer: Viewer, player: Player, bar: QHBoxLayout) -> None:
        self._player = player
        self._duration = 0.0
        self._position = 0.0
        self.play = viewer.action("Play", "play", player.toggle, "P")
        self.play.setShortcuts([QKeySequence("Space"), QKeySequence("P")])
        self.loop = viewer.action("Repeat", "repeat", player.set_loop, "L", checkable=True)
        self._back = viewer.action("Back five seconds", "rewind", lambda: self._skip(-5), "J")
        self._on = viewer.action("On five seconds", "fast-forward", lambda: self._skip(5), "K")
        self.time = label(role="muted")
        self.time.setMinimumWidth(96)
        self._volume = CalmSlider()
        self._volume.setRange(0, 100)
        self._loudness = Loudness.shared()
        self._volume.setValue(self._loudness.percent)
        player.set_volume(self._loudness.percent / 100)
        self._volume.setFixedWidth(88)
        say(self._volume.setAccessibleName, "Volume")
        say(self._volume.setToolTip, "Volume")
        self._loudness.changed.connect(self._volume.setValue)
        self._volume.valueChanged.connect(self._set_volume)
        back, play, on, loop = (action_button(action) for action in (self._back, self.play, self._on, self.loop))
        for control in (back, play, on, loop, self.time):
            bar.addWidget(control)
        self.yielding: tuple[tuple[QWidget, ...], ...] = ((self._volume,), (back, on), (loop,))
        player.playing_changed.connect(self._show_playing)
        self.show_time(0.0, 0.0)

    def add_volume(self, viewer: Viewer, bar: QHBoxLayout) -> None:
        """Put the loudness here."""
        mute = viewer.action("Mute", "speaker-high", self._mute, "M", checkable=True)
        mute_button = action_button(mute)
        bar.addWidget(mute_button)
        self.yielding += ((mute_button,), (self.time,))
        bar.addWidget(self._volume, 0, Qt.AlignmentFlag.AlignVCenter)
        self._mute_action = mute

    def leave_space(self) -> None:
        """Space belongs to a quick look, which it closes; P plays."""
        self.play.setShortcut(QKeySequence("P"))

    def show_time(self, position: float, duration: float) -> None:
        """Show where it is, seconds."""
        self._position, self._duration = position, duration
        self.time.setText(f"{clock(position * 1000)} / {clock(duration * 1000)}")

    def set_enabled(self, on: bool) -> None:
        """Whether there is something to play."""
        for action in (self.play, self.loop, self._back, self._on, self._mute_action):
            action.setEnabled(on)
        self._volume.setEnabled(on)

    def _show_playing(self, playing: bool) -> None:
        decorate(self.play, "pause" if playing else "play")
        say(self.play.setText, "Pause" if playing else "Play")

    def _skip(self, seconds: float) -> None:
        self._player.seek(max(0.0, min(self._duration, self._position + seconds)))

    def _set_volume(self, percent: int) -> None:
        """Be this loud; moving the slider here, not in another viewer, ends the silence too."""
        if percent != self._loudness.percent:
            self._mute_action.setChecked(False)
            self._loudness.set(percent)
        if not self._mute_action.isChecked():
            self._player.set_volume(percent / 100)

    def _mute(self, on: bool) -> None:
        decorate(self._mute_action, "speaker-slash" if on else "speaker-high")
        self._player.set_volume(0.0 if on else self._volume.value() / 100)
