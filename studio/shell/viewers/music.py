"""The viewer of sound and scores: waveform and piano roll over one time axis, with playing."""

from __future__ import annotations

from array import array
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.shell.i18n import key_name, tr
from studio.shell.theme import set_role
from studio.shell.viewers.base import Sibling, Viewer
from studio.shell.viewers.controls import action_button
from studio.shell.viewers.inspector import Inquiry, Inspector, Measured
from studio.shell.viewers.piano_roll import KEYS_WIDTH, PianoRoll, Roll, RollNote
from studio.shell.viewers.player import Player
from studio.shell.viewers.span import Span, TimeRuler
from studio.shell.viewers.transport import Transport
from studio.shell.viewers.waveform import Waveform
from studio.shell.widgets import ElidedLabel

SCORE_SUFFIXES = frozenset({".mid", ".midi"})
_CHUNK_FRAMES = 1024


class MusicViewer(Viewer):
    """A piece of music as sound, as a score, or both when the same job made both."""

    kind = "audio"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.span = Span(self)
        self.player = Player(self)
        self.roll = PianoRoll(self.span)
        self.ruler = TimeRuler(self.span)
        self.waveform = Waveform(self.span)
        self._facts = ElidedLabel()
        set_role(self._facts, "muted")
        self._inquiries: list[Inquiry] = []
        self._growing: list[tuple[float, float, float]] = []
        self._grown = 0.0
        self._unheard = False
        self._known: dict[str, object] = {}
        self._left = 0
        self._silent = False
        self._may_sound = False
        for surface, stretch in ((self.ruler, 0), (self.roll, 3), (self.waveform, 1)):
            self.canvas.addWidget(surface, stretch)
            surface.sought.connect(self.player.seek)
        self.canvas.setSpacing(0)
        self.transport = Transport(self, self.player, self.bar)
        self._sound_action = self.action("Make it sound", "music-notes", self.sound_wanted.emit)
        self.sound_button = action_button(self._sound_action)
        self.sound_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.bar.addWidget(self.sound_button)
        self.bar.addWidget(self._facts, 1)
        self.transport.add_volume(self, self.bar)
        zoom_in = self.action("Zoom in", "magnifying-glass-plus", lambda: self._zoom(1.5), "Ctrl+=")
        zoom_out = self.action("Zoom out", "magnifying-glass-minus", lambda: self._zoom(1 / 1.5), "Ctrl+-")
        zooming = (action_button(zoom_out), action_button(zoom_in))
        for button in (*zooming, action_button(self.full_screen_action)):
            self.bar.addWidget(button)
        volume, *others = self.transport.yielding
        self.controls.let_yield(volume, zooming, *others)
        self.player.moved.connect(self._on_moved)
        self.player.failed.connect(self._not_playable)
        self.player.unheard.connect(self._not_heard)
        self._show_parts(sound=False, notes=False)
        self._show_silent(silent=False)

    def offer_sound(self, *, possible: bool) -> None:
        """Offer it while a score without a recording is shown."""
        self._may_sound = possible
        self._show_silent(silent=self._silent)

    def append_audio(self, samples: bytes, sample_rate: int, channels: int) -> None:
        """Let the waveform grow."""
        work = partial(measure_chunk, samples, channels)
        seconds = len(samples) / (4 * max(1, channels) * max(1, sample_rate))
        self.keep(self.background.run(work, partial(self._grow, seconds), None, self))

    def retranslate(self) -> None:
        """Say the facts in the window's language."""
        self._facts.set_whole(self._said())

    def become_quick_look(self) -> None:
        """Space closes the quick look; P plays."""
        self.transport.leave_space()

    def quick_look_parts(self) -> list[QWidget]:
        """Nothing here types."""
        return [self, self.roll, self.waveform]

    # ---- loading -----------------------------------------------------------------------------------------

    def _load(self, path: Path) -> None:
        self._reset()
        score, sound = self._files(path)
        self._left = sum(part is not None for part in (score, sound))
        self._show_parts(sound=sound is not None, notes=score is not None)
        self._show_silent(silent=sound is None)
        # Played is only what has been measured: Qt's player would follow a playlist to other files.
        self.player.close()
        self.transport.set_enabled(False)
        inspector = Inspector.shared()
        if sound is not None:
            fail = self._not_loaded if sound == path else self._sibling_lost
            self._inquiries.append(inspector.ask("waveform", sound, self._show_waveform, fail, self))
        if score is not None:
            fail = self._not_loaded if score == path else self._sibling_lost
            self._inquiries.append(inspector.ask("score", score, self._show_score, fail, self))
        self.show_content()

    def _files(self, path: Path) -> tuple[Path | None, Path | None]:
        """The score and the recording: the file itself, and what the same job made beside it."""
        kind = (
            self.item.kind if self.item is not None else "score" if path.suffix.lower() in SCORE_SUFFIXES else "audio"
        )
        other = _sibling(self.siblings, "audio" if kind == "score" else "score")
        return (path, other) if kind == "score" else (other, path)

    def _show_waveform(self, measured: Measured) -> None:
        duration = float(measured.facts["duration"])
        _, sound = self._files(self.path) if self.path is not None else (None, None)
        self.player.open(sound)
        self.transport.set_enabled(sound is not None)
        self._known["sound"] = measured.facts
        if duration > self.span.duration or not self._known.get("score"):
            self.span.reset(duration)
        self.waveform.show_bins(measured.floats("low"), measured.floats("high"), measured.floats("power"))
        self._part_loaded()

    def _show_score(self, measured: Measured) -> None:
        facts = measured.facts
        self._known["score"] = facts
        if float(facts["duration"]) > self.span.duration:
            self.span.reset(float(facts["duration"]))
        self.keep(self.background.run(partial(roll_of, measured), self._show_roll, None, self))

    def _show_roll(self, roll: Roll) -> None:
        self.roll.show_roll(roll)
        self._part_loaded()

    def _part_loaded(self) -> None:
        self._facts.set_whole(self._said())
        self.transport.show_time(self.span.position, self.span.duration)
        self._left -= 1
        if self._left == 0:
            self.loaded.emit()

    def _not_loaded(self, sentence: str) -> None:
        self.player.close()
        self.fail(sentence)

    def _sibling_lost(self, sentence: str) -> None:
        """The other half cannot be read: what was asked for still shows."""
        del sentence
        score, _ = self._files(self.path) if self.path else (None, None)
        self._show_parts(sound=score != self.path, notes=score == self.path)
        self._show_silent(silent=score == self.path)
        self._part_loaded()

    def _not_playable(self, words: str) -> None:
        self._facts.set_whole(tr("This cannot be played: {reason}", reason=words))

    def _not_heard(self) -> None:
        self._unheard = True
        self._facts.set_whole(self._said())

    def _clear(self) -> None:
        self._reset()
        self.player.close()

    def _reset(self) -> None:
        for inquiry in self._inquiries:
            inquiry.cancel()
        self._inquiries.clear()
        self._growing.clear()
        self._grown = 0.0
        self._known = {}
        self._left = 0
        self._show_silent(silent=False)
        self.roll.show_roll(None)
        self.waveform.show_bins(array("f"), array("f"), array("f"))
        self.span.reset(0.0)
        self.transport.show_time(0.0, 0.0)
        self._facts.set_whole("")

    def _show_parts(self, *, sound: bool, notes: bool) -> None:
        self.waveform.setVisible(sound)
        self.roll.setVisible(notes)
        for surface in (self.ruler, self.waveform):
            surface.align(KEYS_WIDTH if notes else 0)

    def _show_silent(self, *, silent: bool) -> None:
        """Whether a score is shown that cannot be heard."""
        self._silent = silent
        self._sound_action.setEnabled(silent and self._may_sound)
        self.sound_button.setVisible(self._sound_action.isEnabled())

    # ---- playing and growing -----------------------------------------------------------------------------

    def _on_moved(self, seconds: float) -> None:
        self.span.move(seconds)
        self.transport.show_time(self.span.position, self.span.duration)

    def _zoom(self, factor: float) -> None:
        self.span.zoom(factor, self.span.position)

    def _grow(self, seconds: float, bins: list[tuple[float, float, float]]) -> None:
        self._show_parts(sound=True, notes=False)
        self.show_content()
        self._growing.extend(bins)
        self._grown += seconds
        self.span.reset(self._grown)
        low, high, power = zip(*self._growing, strict=True)
        self.waveform.show_bins(array("f", low), array("f", high), array("f", power))

    def _said(self) -> str:
        """Tempo, metre, key, and the sound's format."""
        parts = []
        score, sound = self._known.get("score"), self._known.get("sound")
        if isinstance(score, dict):
            parts.append(tr("{tempo} bpm", tempo=f"{round(score['tempo'], 1):g}"))
            parts.append("{}/{}".format(*score["meter"]))
            if score["key"]:
                parts.append(key_name(str(score["key"])))
        if isinstance(sound, dict):
            parts.append(f"{sound['sample_rate'] / 1000:g} kHz")
            parts.append({1: tr("mono"), 2: tr("stereo")}.get(sound["channels"], str(sound["channels"])))
        if isinstance(score, dict) and self.path is not None and self._files(self.path)[1] is None:
            parts.append(tr("a score without a recording"))
        if self._unheard and self.player.path is not None:
            parts.append(tr("no sound device found"))
        return " · ".join(parts)


def _sibling(siblings: tuple[Sibling, ...], kind: str) -> Path | None:
    return next((path for other, path, _ in siblings if other == kind), None)


def roll_of(measured: Measured) -> Roll:
    """The notes of a measured score, ordered by onset; runs in the background."""
    names = ("start", "length", "pitch", "velocity", "track")
    columns = [measured.floats(name) for name in names]
    notes = [RollNote(a, b, int(c), int(d), int(e)) for a, b, c, d, e in zip(*columns, strict=True)]
    notes.sort()
    tracks = measured.facts["tracks"]
    drums = frozenset(number for number, track in enumerate(tracks) if track["drums"])
    beats, unit = measured.facts["meter"]
    return Roll(notes, drums, 60.0 / float(measured.facts["tempo"]) * 4 / int(unit), int(beats))


def measure_chunk(samples: bytes, channels: int) -> list[tuple[float, float, float]]:
    """Lowest, highest and mean absolute sample of each stretch; runs in the background, without numpy.

    Args:
        samples: interleaved little-endian float32.
        channels: how many are interleaved.
    """
    whole = len(samples) // 4 * 4
    values = memoryview(samples)[:whole].cast("f")
    step = _CHUNK_FRAMES * max(1, channels)
    bins: list[tuple[float, float, float]] = []
    for start in range(0, len(values), step):
        part = values[start : start + step].tolist()
        bins.append((min(part), max(part), sum(map(abs, part)) / len(part)))
    return bins
