"""Players: turn one note into sound, whoever plays it, and remember what was rendered for the next time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable

import numpy as np

from studio.sdk import Note
from studio_music.synth import loudness, sampler
from studio_music.synth.drumkit import KIT, NEAREST
from studio_music.synth.patches import Patch
from studio_music.synth.sf2 import SoundFont
from studio_music.synth.signal import SAMPLE_RATE, Signal, frames, release_curve

_LONGEST = 10.0
_TOUCHES = 8
_KEPT_BYTES = 256 * 2**20


class Player(ABC):
    """Someone who plays notes.

    Attributes:
        chorus: how much the sound is thickened, 0…1.
        wet: how much reverberation it gets, 0…1.
    """

    chorus = 0.0
    wet = 1.0

    @abstractmethod
    def sound(self, note: Note, seconds: float, turn: int) -> Signal:
        """A note held for `seconds` as float32 [frames, 2]; `turn` counts the part's notes, for small differences."""


class _Memory:
    """The notes rendered last, as many as fit into `_KEPT_BYTES`: a performed piece may hold thousands of lengths."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Signal] = {}
        self._bytes = 0

    def sound(self, key: Hashable, render: Callable[[], Signal]) -> Signal:
        """What was rendered under this key, rendered now where it is not remembered."""
        made = self._made.pop(key, None)
        if made is None:
            made = render()
            self._bytes += made.nbytes
        self._made[key] = made
        while self._bytes > _KEPT_BYTES and len(self._made) > 1:
            self._bytes -= self._made.pop(next(iter(self._made))).nbytes
        return made


class Synth(Player):
    """Plays one of the studio's own instruments."""

    def __init__(self, patch: Patch, notes: Iterable[tuple[Note, float]]) -> None:
        """Get ready.

        Args:
            patch: the instrument.
            notes: all notes that will be asked for, with their seconds: ringing notes are rendered once, long enough.
        """
        self.chorus, self.wet = patch.chorus, patch.wet
        self._patch = patch
        self._longest: dict[tuple[int, int], float] = {}
        self._memory = _Memory()
        for note, seconds in notes:
            key = (note.pitch, _touch(note.velocity))
            self._longest[key] = max(self._longest.get(key, 0.0), min(_LONGEST, seconds + patch.release))

    def sound(self, note: Note, seconds: float, turn: int) -> Signal:
        """Render the note or take it from memory, cut it to length, set its level and place."""
        del turn
        patch, touch = self._patch, _touch(note.velocity)
        held = min(seconds, _LONGEST)
        steps = 0 if patch.rings else max(1, round(held * 25))

        def render() -> Signal:
            length = self._longest.get((note.pitch, touch), held + patch.release) if patch.rings else steps / 25
            chance = np.random.Generator(np.random.PCG64([note.pitch, touch, patch.program]))
            hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
            return _placed(patch.render(hz, (touch + 0.5) / _TOUCHES, length, chance), patch.pan)

        made = self._memory.sound((note.pitch, touch, steps), render)
        return _let_go(made, held, patch.release) if patch.rings else made


class Drummer(Player):
    """Plays the synthesised kit; hits alternate between three takes so that rolls don't sound like a machine."""

    wet = 0.35

    def __init__(self) -> None:
        self._memory = _Memory()

    def sound(self, note: Note, seconds: float, turn: int) -> Signal:
        """One hit; its written length doesn't matter."""
        del seconds
        number = NEAREST.get(note.pitch, note.pitch)
        number = number if number in KIT else 42
        touch, take = _touch(note.velocity), turn % 3

        def render() -> Signal:
            drum, level, side = KIT[number]
            made = drum((touch + 0.5) / _TOUCHES, np.random.Generator(np.random.PCG64([number, touch, take])))
            return _placed(made * np.float32(level / max(1e-6, float(np.abs(made).max()))), side)

        return self._memory.sound((number, touch, take), render)


class Sampler(Player):
    """Plays a SoundFont chosen by the artist."""

    wet = 0.6

    def __init__(self, font: SoundFont, program: int, *, drums: bool) -> None:
        self._font, self._program, self._drums = font, program, drums
        self._memory = _Memory()

    def sound(self, note: Note, seconds: float, turn: int) -> Signal:
        """A note from the SoundFont."""
        del turn
        held = min(_LONGEST, max(0.04, round(seconds * 25) / 25))

        def render() -> Signal:
            return sampler.play(self._font, self._program, note.pitch, note.velocity, held, drums=self._drums)

        return self._memory.sound((note.pitch, note.velocity // 8, round(held * 25)), render)


def loudness_of(player: Player, pitches: list[int]) -> float:
    """Loudness in LUFS of a typical note of a part: its median pitch at velocity 80, held for a second."""
    pitch = sorted(pitches)[len(pitches) // 2]
    made = player.sound(Note(0.0, 1.0, pitch, 80), 1.0, 0)
    if len(made) < frames(0.5):
        made = np.pad(made, ((0, frames(0.5) - len(made)), (0, 0)))
    power = np.concatenate(list(loudness.powers(made[: frames(1.2)])))
    sums = np.concatenate([[0.0], np.cumsum(power)])
    size = frames(0.4)
    loudest = float((sums[size:] - sums[:-size]).max()) / size
    return -0.691 + 10 * float(np.log10(max(loudest, 1e-9)))


def _touch(velocity: int) -> int:
    return min(_TOUCHES - 1, velocity * _TOUCHES // 128)


def _placed(sound: Signal, side: float) -> Signal:
    """Put a sound on the stage with constant power; stereo sounds are balanced."""
    angle = (side + 1) * np.pi / 4
    left, right = np.float32(np.cos(angle) * np.sqrt(2)), np.float32(np.sin(angle) * np.sqrt(2))
    if sound.ndim == 1:
        return np.stack([sound * left, sound * right], axis=1).astype(np.float32)
    return np.asarray(sound * np.array([left, right]), dtype=np.float32)


def _let_go(made: Signal, seconds: float, release: float) -> Signal:
    """Cut a ringing sound where the key is released and let it fade."""
    held = round(seconds * SAMPLE_RATE)
    if held >= len(made):
        return made
    cut = made[: held + frames(release)].copy()
    cut[held:] *= release_curve(release)[: len(cut) - held, None]
    return cut
