"""Playing sound and video: Qt's media player, made when something is first played, with a smooth clock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, QUrl, Signal

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoSink

_TICK_MS = 33


class Player(QObject):
    """One file that can be played.

    Signals:
        moved: the position changed; seconds.
        playing_changed: it started or stopped.
        duration_known: seconds.
        failed: it cannot be played; the player's own words.
        unheard: it plays, but there is no device that could be heard.
    """

    moved = Signal(float)
    playing_changed = Signal(bool)
    duration_known = Signal(float)
    failed = Signal(str)
    unheard = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._media: QMediaPlayer | None = None
        self._output: QAudioOutput | None = None
        self._sink: QVideoSink | None = None
        self._loop = False
        self._volume = 0.8
        self._told = 0.0
        self._since = QElapsedTimer()
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(lambda: self.moved.emit(self.position))

    @property
    def path(self) -> Path | None:
        """What would be played."""
        return self._path

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._tick.isActive()

    @property
    def position(self) -> float:
        """Seconds from the start; between two reports of Qt's player (about 12 a second) the clock runs on."""
        if not self.playing or not self._since.isValid():
            return self._told
        return self._told + min(0.25, self._since.elapsed() / 1000)

    def show_on(self, sink: QVideoSink) -> None:
        """Send pictures there. Call before `open`."""
        self._sink = sink

    def open(self, path: Path | None, *, now: bool = False) -> None:
        """Take another file; it is opened when it is first played, or at once with `now`."""
        self.stop()
        self._path = path
        self._told = 0.0
        if self._media is not None or now:
            self._apply_source()

    def play(self) -> None:
        """Play on; from the start if it had ended."""
        if self._path is None:
            return
        media = self._made()
        if media.source().isEmpty():
            self._apply_source()
            if self._told:
                media.setPosition(round(self._told * 1000))
        media.play()

    def pause(self) -> None:
        """Stop where it is."""
        if self._media is not None:
            self._media.pause()

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def stop(self) -> None:
        """Stop and go back to the start."""
        if self._media is not None:
            self._media.stop()
        self._told = 0.0

    def close(self) -> None:
        """Let go of the file."""
        self.open(None)

    def seek(self, seconds: float) -> None:
        """Go to a moment."""
        self._told = max(0.0, seconds)
        self._since.restart()
        if self._media is not None and not self._media.source().isEmpty():
            self._media.setPosition(round(self._told * 1000))
        self.moved.emit(self._told)

    def set_loop(self, on: bool) -> None:
        """Whether to begin again at the end."""
        self._loop = on
        if self._media is not None:
            self._media.setLoops(-1 if on else 1)

    def set_volume(self, share: float) -> None:
        """Loudness from 0 to 1 as it is heard; the amplitude falls off faster."""
        self._volume = max(0.0, min(1.0, share))
        if self._output is not None:
            self._output.setVolume(self._amplitude())

    def _amplitude(self) -> float:
        from PySide6.QtMultimedia import QtAudio

        return QtAudio.convertVolume(
            self._volume, QtAudio.VolumeScale.LogarithmicVolumeScale, QtAudio.VolumeScale.LinearVolumeScale
        )

    def _made(self) -> QMediaPlayer:
        if self._media is None:
            from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer

            media = QMediaPlayer(self)
            self._output = QAudioOutput(media)
            self._output.setVolume(self._amplitude())
            media.setAudioOutput(self._output)
            if self._sink is not None:
                media.setVideoSink(self._sink)
            media.setLoops(-1 if self._loop else 1)
            media.positionChanged.connect(self._hear)
            media.durationChanged.connect(lambda milliseconds: self.duration_known.emit(milliseconds / 1000))
            media.playbackStateChanged.connect(self._state_changed)
            media.errorOccurred.connect(lambda _kind, words: self.failed.emit(words))
            self._media = media
            if not QMediaDevices.audioOutputs():
                self.unheard.emit()
        return self._media

    def _apply_source(self) -> None:
        self._made().setSource(QUrl() if self._path is None else QUrl.fromLocalFile(str(self._path)))

    def _hear(self, milliseconds: int) -> None:
        self._told = milliseconds / 1000
        self._since.restart()
        self.moved.emit(self._told)

    def _state_changed(self) -> None:
        from PySide6.QtMultimedia import QMediaPlayer

        playing = self._made().playbackState() == QMediaPlayer.PlaybackState.PlayingState
        if playing == self.playing:
            return
        if playing:
            self._since.restart()
            self._tick.start()
        else:
            self._tick.stop()
        self.playing_changed.emit(playing)
