"""What generators make. Arrays are numpy arrays at run time; this module itself needs only the standard library.

Finished results are artifacts (`Text`, `Image`, `Audio`, `Score`, `Mesh`, `Video`) and are kept; deltas (`TextDelta`,
`AudioChunk`, `VideoFrame`) only show a result while it grows and are never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float32]
    ByteArray: TypeAlias = NDArray[np.uint8]
    IndexArray: TypeAlias = NDArray[np.uint32]

Meta: TypeAlias = Mapping[str, Any]
"""Facts only the generator knows, as JSON; kept in the record beside those the host adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Base of everything that is kept.

    Attributes:
        kind: ``"text"``, ``"image"``, ``"audio"``, ``"score"``, ``"mesh"`` or ``"video"``.
        title: a few words for the file name and the gallery; the host makes one from the prompt when empty.
        meta: facts only the generator knows.
    """

    kind: ClassVar[str] = ""
    title: str = ""
    meta: Meta = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Text(Artifact):
    """Prose, verse, dialogue or code.

    Attributes:
        text: the text, newline-separated.
        format: ``"plain"`` or ``"markdown"``.
    """

    kind: ClassVar[str] = "text"
    text: str
    format: str = "plain"


@dataclass(frozen=True, slots=True, eq=False)
class Image(Artifact):
    """A picture.

    Attributes:
        pixels: uint8 array of shape [height, width], [height, width, 3] or [height, width, 4] (straight alpha),
            sRGB, row 0 at the top; uint16 is taken for height maps of shape [height, width].
    """

    kind: ClassVar[str] = "image"
    pixels: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Audio(Artifact):
    """Sampled sound.

    Attributes:
        samples: float32 array of shape [frames, channels], within [−1, 1].
        sample_rate: frames per second.
    """

    kind: ClassVar[str] = "audio"
    samples: FloatArray
    sample_rate: int


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note; times in quarter notes from the start of the piece.

    Attributes:
        start: onset, quarter notes, ≥ 0.
        duration: quarter notes, > 0.
        pitch: MIDI note number 0…127; on a drum track the General MIDI drum.
        velocity: 1…127.
    """

    start: float
    duration: float
    pitch: int
    velocity: int = 80


@dataclass(frozen=True, slots=True)
class Track:
    """One instrument's notes.

    Attributes:
        name: what the part is called.
        notes: its notes, ordered by onset.
        program: General MIDI program 0…127; ignored when `drums`.
        drums: whether pitches name drums (MIDI channel 10).
    """

    name: str
    notes: tuple[Note, ...]
    program: int = 0
    drums: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Score(Artifact):
    """Written music.

    Attributes:
        tracks: the parts.
        tempo: quarter notes per minute, constant.
        meter: beats per bar and the note value of a beat, e.g. ``(3, 4)``.
        key: tonic and mode, e.g. ``"D minor"``; empty when unknown.
    """

    kind: ClassVar[str] = "score"
    tracks: tuple[Track, ...]
    tempo: float = 120.0
    meter: tuple[int, int] = (4, 4)
    key: str = ""

    @property
    def length(self) -> float:
        """End of the last note, in quarter notes."""
        return max((note.start + note.duration for track in self.tracks for note in track.notes), default=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Mesh(Artifact):
    """A triangle mesh, right-handed, y up, units of metres, counter-clockwise front faces.

    Attributes:
        vertices: float32 [n, 3].
        faces: uint32 [m, 3], indices into `vertices`.
        normals: float32 [n, 3], unit length, or None.
        colors: uint8 [n, 4], sRGB with straight alpha, or None.
        uv: float32 [n, 2], v up, or None.
        texture: the base-colour picture that `uv` refers to, or None.
        watertight: whether the generator promises a closed surface; None when it promises nothing.
    """

    kind: ClassVar[str] = "mesh"
    vertices: FloatArray
    faces: IndexArray
    normals: FloatArray | None = None
    colors: ByteArray | None = None
    uv: FloatArray | None = None
    texture: Image | None = None
    watertight: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Video(Artifact):
    """Moving pictures.

    Attributes:
        frames: uint8 arrays of shape [height, width, 3], all alike; a sequence, so that it may be lazy.
        frame_rate: frames per second.
        audio: sound track, or None.
    """

    kind: ClassVar[str] = "video"
    frames: Sequence[ByteArray]
    frame_rate: float
    audio: Audio | None = None


ARTIFACTS: dict[str, type[Artifact]] = {made.kind: made for made in (Text, Image, Audio, Score, Mesh, Video)}
"""Artifact classes by kind."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text, to be appended to what was shown so far."""

    text: str


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """More sound: float32 [frames, channels] within [−1, 1], to be played after what came so far."""

    samples: FloatArray
    sample_rate: int


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """The next frame: uint8 [height, width, 3]."""

    pixels: ByteArray


Delta: TypeAlias = TextDelta | AudioChunk | VideoFrame
Result: TypeAlias = Artifact | Delta
"""What ``Generator.generate`` may yield."""
