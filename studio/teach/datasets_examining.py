"""Looking into one file: whether it is what its ending says, and what training must know of it."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import struct
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.teach.datasets_likeness import Look

if TYPE_CHECKING:
    import mido
    import numpy as np
    import numpy.typing as npt
    import trimesh

ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image": (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    "text": (".txt", ".md", ".jsonl", ".jsonl.gz"),
    "score": (".mid", ".midi"),
    "mesh": (".glb", ".obj", ".stl", ".ply", ".vox"),
}
"""By kind, the endings of the files that are taken."""

NAMES = {"image": "pictures", "text": "texts", "score": "MIDI files", "mesh": "3D models"}
"""By kind, what the files are called in sentences."""

IMAGE_SIDE = 16_384
IMAGE_PIXELS = 2**26
"""67 megapixels; larger ones are no training material, and four bytes each would have to fit into memory."""
FILE_BYTES = {"image": 256 << 20, "score": 8 << 20, "mesh": 128 << 20}
SCORE_EVENTS = 400_000
MESH_VERTICES = 5_000_000
FEWEST_TRIANGLES = 4
"""A tetrahedron; anything less is no model of a thing."""
FEWEST_VOXELS = 8
COMPARED_PARTS = 400_000
"""Of larger models, so many triangles or voxels are looked at to find near-duplicates."""
COMPARED_POINTS = 32_768

_DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)
"""What decoders of other people raise on bytes that are not what they claim."""


class LeftOut(Exception):
    """The file cannot be used; the message is the end of a sentence that begins with its name."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a file.

    Attributes:
        facts: for `DatasetItem.meta`.
        look: of a picture or a mesh, for finding near-duplicates.
        sketch: of a score, the same.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    look: Look | None = None
    sketch: bytes = b""


def kind_of(name: str) -> str | None:
    """The kind a file's ending stands for; None for any other."""
    lower = name.lower()
    return next((kind for kind, endings in ENDINGS.items() if lower.endswith(endings)), None)


def hash_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal. Raises `LeftOut` when it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise LeftOut(f"it can't be read ({error.strerror})") from error


def examine(path: Path, kind: str, smallest: int) -> Examined:
    """Look into a picture, score or mesh.

    Args:
        path: the file.
        kind: ``"image"``, ``"score"`` or ``"mesh"``.
        smallest: pixels a picture's shorter side must have.

    Raises:
        LeftOut: it cannot be used.
    """
    if path.stat().st_size > FILE_BYTES[kind]:
        raise LeftOut(f"it is larger than {FILE_BYTES[kind] >> 20} MB")
    try:
        if kind == "image":
            return _image(path, smallest)
        return _score(path) if kind == "score" else _mesh(path)
    except _DECODER_ERRORS as error:
        what = {"image": "picture", "score": "MIDI file", "mesh": "3D model"}[kind]
        raise LeftOut(f"it is not a complete, undamaged {what}") from error


def _image(path: Path, smallest: int) -> Examined:
    from studio.teach.datasets_likeness import look

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow mutters about each slip in a file's metadata; sizes are checked here
        with _opened(path) as picture:
            width, height = picture.size
            if max(width, height) > IMAGE_SIDE or width * height > IMAGE_PIXELS:
                raise LeftOut(f"it is too large ({width:,} × {height:,} pixels)")
            if min(width, height) < smallest:
                raise LeftOut(f"it is too small ({width} × {height} pixels; at least {smallest} are needed)")
            mode = picture.mode
            see_through = mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
            turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            if mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"):
                raise LeftOut(f"its kind of colours ({mode}) is not used for training; save it with 8 bits a channel")
            seen = look(picture)
    if turned:
        width, height = height, width
    facts: dict[str, Any] = {"width": width, "height": height}
    if see_through:
        facts["alpha"] = True
    if mode in ("1", "L", "LA"):
        facts["grey"] = True
    return Examined(facts, look=seen)


def _opened(path: Path) -> Any:
    import PIL.Image

    try:
        return PIL.Image.open(path, formats=("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"))
    except PIL.Image.DecompressionBombError as error:
        raise LeftOut("it is too large (it would unpack to hundreds of megapixels)") from error


def _score(path: Path) -> Examined:
    import mido
    import numpy as np

    from studio.teach.datasets_likeness import sketch

    raw = path.read_bytes()
    if not raw.startswith(b"MThd"):
        raise LeftOut("it is not a MIDI file")
    score = mido.MidiFile(file=io.BytesIO(raw), clip=True)
    if sum(map(len, score.tracks)) > SCORE_EVENTS:
        raise LeftOut(f"it has more than {SCORE_EVENTS:,} events")
    if score.ticks_per_beat <= 0:
        raise LeftOut("it has no beats (its time is in video frames)")
    notes, end = _notes(score)
    if len(notes) < 2:
        raise LeftOut("it has fewer than two notes")
    codes = [
        (after[1] - before[1] + 128) * 64 + min(63, after[0] - before[0]) for before, after in itertools.pairwise(notes)
    ]
    facts = {"tracks": len(score.tracks), "notes": len(notes), "beats": round(end / score.ticks_per_beat, 2)}
    return Examined(facts, sketch=sketch(np.array(codes, np.uint64), 4))


def _notes(score: mido.MidiFile) -> tuple[list[tuple[int, int]], int]:
    """Onsets in sixteenths with pitches, in order, and the last tick.

    As steps from note to note, they are the same after a change of key, tempo, instrument or loudness.
    """
    notes, end = [], 0
    for track in score.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0:
                notes.append((round(4 * tick / score.ticks_per_beat), message.note))
        end = max(end, tick)
    return sorted(notes), end


def _voxels(raw: bytes) -> Examined:
    """A MagicaVoxel file: a header, then chunks of a name, two lengths and their content."""
    import numpy as np

    from studio.teach.datasets_likeness import shape_look

    if raw[:4] != b"VOX " or raw[8:12] != b"MAIN":
        raise LeftOut("it is not a complete, undamaged voxel file")
    place, count = 20, 0
    sizes: tuple[int, ...] = ()
    filled = np.zeros((0, 4), np.uint8)
    while place + 12 <= len(raw):
        name, length = raw[place : place + 4], int.from_bytes(raw[place + 4 : place + 8], "little")
        if place + 12 + length > len(raw):
            raise LeftOut("it is not a complete, undamaged voxel file")
        if name == b"SIZE" and not sizes:
            sizes = struct.unpack_from("<3i", raw, place + 12)
        if name == b"XYZI" and not count:
            count = min(max(0, length - 4) // 4, int.from_bytes(raw[place + 12 : place + 16], "little"))
            filled = np.frombuffer(raw, np.uint8, 4 * count, place + 16).reshape(-1, 4)
        place += 12 + length
    if not count or not sizes:
        raise LeftOut("it has no voxels")
    if count < FEWEST_VOXELS:
        raise LeftOut(f"it is too small ({count} voxels; at least {FEWEST_VOXELS} are needed)")
    compared = filled[:: -(-count // COMPARED_PARTS), :3].astype(np.float64)
    return Examined({"voxels": count, "size": list(sizes)}, look=shape_look(compared))


def _mesh(path: Path) -> Examined:
    import trimesh

    from studio.teach.datasets_likeness import on_surface, shape_look

    raw = path.read_bytes()
    ending = path.suffix.lower().removeprefix(".")
    if ending == "vox":
        return _voxels(raw)
    if ending == "glb":
        _check_glb(raw)
    scene = trimesh.load_scene(io.BytesIO(raw), file_type=ending, process=False)
    meshes = [shape for shape in scene.geometry.values() if isinstance(shape, trimesh.Trimesh) and len(shape.faces)]
    vertices, faces = sum(len(mesh.vertices) for mesh in meshes), sum(len(mesh.faces) for mesh in meshes)
    if not faces:
        raise LeftOut("it has no surface")
    if vertices > MESH_VERTICES:
        raise LeftOut(f"it has more than {MESH_VERTICES:,} vertices")
    size = [round(float(length), 4) for length in scene.extents]
    if not all(0 <= length < 1e12 for length in size) or max(size) <= 0:
        raise LeftOut("its shape has no size")
    if faces < FEWEST_TRIANGLES:
        raise LeftOut(f"it is too small ({faces} triangles; at least {FEWEST_TRIANGLES} are needed)")
    try:
        points = on_surface(_triangles(scene), COMPARED_POINTS)
    except ValueError as error:
        raise LeftOut("it has no surface") from error
    return Examined({"vertices": vertices, "faces": faces, "size": size}, look=shape_look(points))


def _triangles(scene: trimesh.Scene) -> npt.NDArray[np.float64]:
    """Corners [n, 3, 3] of a scene's triangles where they stand; of very many, only as many as are compared."""
    import numpy as np
    import trimesh

    standing = [scene.graph[node] for node in scene.graph.nodes_geometry]
    placed = [(turn, scene.geometry[name]) for turn, name in standing]
    placed = [(turn, mesh) for turn, mesh in placed if isinstance(mesh, trimesh.Trimesh)]
    stride = -(-sum(len(mesh.faces) for _, mesh in placed) // COMPARED_PARTS)
    corners = [
        trimesh.transform_points(np.asarray(mesh.vertices)[mesh.faces[::stride]].reshape(-1, 3), turn)
        for turn, mesh in placed
    ]
    found: npt.NDArray[np.float64] = np.concatenate(corners).reshape(-1, 3, 3)
    return found


def _check_glb(raw: bytes) -> None:
    """Refuse what would make a reader allocate more than the file holds: an accessor may claim any count."""
    if raw[:4] != b"glTF" or raw[16:20] != b"JSON":
        raise LeftOut("it is not a complete, undamaged 3D model")
    length = int.from_bytes(raw[12:16], "little")
    header = json.loads(raw[20 : 20 + length])
    counts = sum(int(accessor["count"]) for accessor in header.get("accessors", ()))
    if counts > 6 * MESH_VERTICES or any(int(accessor["count"]) < 0 for accessor in header.get("accessors", ())):
        raise LeftOut(f"it has more than {MESH_VERTICES:,} vertices")
    if any("uri" in buffer for buffer in header.get("buffers", ())):
        raise LeftOut("parts of it lie in other files; export it as one .glb")
