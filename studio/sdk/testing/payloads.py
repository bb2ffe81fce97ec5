"""Whether what a generator made is what the contract says it is, and a fingerprint of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from studio.sdk.artifacts import ARTIFACTS, Artifact, Audio, Image, Mesh, Result, Score, Text, Track, Video
from studio.sdk.trainer import Lesson, Sample, TrainedModel

if TYPE_CHECKING:
    from hashlib import _Hash

_DTYPES = {"normals": "float32", "colors": "uint8", "uv": "float32"}
_COLUMNS = {"normals": 3, "colors": 4, "uv": 2}


def artifacts_in(results: Iterable[Result | Lesson]) -> list[Artifact]:
    """The finished artifacts among what was yielded, a trainer's samples included."""
    shown = (result.artifact if isinstance(result, Sample) else result for result in results)
    return [result for result in shown if isinstance(result, Artifact)]


def fingerprint(results: Iterable[Result | Lesson]) -> str:
    """A hash over artifacts and trained models; deltas, whose cutting may depend on time, are left out."""
    results = list(results)
    digest = hashlib.sha256()
    for model in (result for result in results if isinstance(result, TrainedModel)):
        for path in sorted(path for path in model.folder.rglob("*") if path.is_file()):
            digest.update(path.relative_to(model.folder).as_posix().encode() + path.read_bytes())
    for artifact in artifacts_in(results):
        _feed(digest, artifact)
    return digest.hexdigest()


def _feed(digest: _Hash, value: Any) -> None:
    if is_dataclass(value):
        digest.update(type(value).__name__.encode())
        for slot in fields(value):
            digest.update(slot.name.encode())
            _feed(digest, getattr(value, slot.name))
    elif hasattr(value, "dtype") and hasattr(value, "tobytes"):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(value.tobytes())
    elif isinstance(value, (list, tuple)):
        digest.update(f"[{len(value)}".encode())
        for entry in value:
            _feed(digest, entry)
    elif isinstance(value, dict):
        digest.update(json.dumps(value, sort_keys=True, default=repr).encode())
    elif hasattr(value, "__getitem__") and hasattr(value, "__len__") and not isinstance(value, (str, bytes)):
        for index in range(len(value)):
            _feed(digest, value[index])
    else:
        digest.update(repr(value).encode())


def payload_problems(artifact: Artifact) -> Iterator[str]:
    """Sentences on what is wrong with an artifact; nothing when it is as `studio.sdk.artifacts` says."""
    try:
        json.dumps(dict(artifact.meta), allow_nan=False)
    except (TypeError, ValueError) as error:
        yield f"its meta is no JSON: {error}"
    title: object = artifact.title
    if not isinstance(title, str):
        yield "its title is no text"
    if artifact.kind in ARTIFACTS:
        yield from _BY_KIND[artifact.kind](artifact)


def _text(artifact: Text) -> Iterator[str]:
    if not isinstance(artifact.text, str) or not artifact.text.strip():
        yield "its text is empty"
        return
    if artifact.format not in ("plain", "markdown"):
        yield f"its format is “{artifact.format}”, not plain or markdown"
    try:
        artifact.text.encode("utf-8")
    except UnicodeEncodeError:
        yield "its text holds half characters (lone surrogates)"
    if "\0" in artifact.text or "\r" in artifact.text:
        yield "its text holds NUL or carriage-return characters"


def _image(artifact: Image) -> Iterator[str]:
    yield from _pixels(artifact.pixels, "its pixels")


def _pixels(pixels: Any, name: str) -> Iterator[str]:
    kind, shape = _shape_of(pixels)
    if kind == "uint16" and len(shape) == 2 and min(shape) > 0:
        return
    grey, coloured = len(shape) == 2, len(shape) == 3 and shape[-1] in (3, 4)
    if kind != "uint8" or not (grey or coloured):
        yield f"{name} are {kind}{list(shape)}, not uint8 [h, w], [h, w, 3] or [h, w, 4] (or uint16 [h, w])"
    elif min(shape) < 1:
        yield f"{name} are empty: {list(shape)}"


def _audio(artifact: Audio) -> Iterator[str]:
    import numpy as np

    kind, shape = _shape_of(artifact.samples)
    if kind != "float32" or len(shape) != 2:
        yield f"its samples are {kind}{list(shape)}, not float32 [frames, channels]"
        return
    if shape[0] < 1 or not 1 <= shape[1] <= 8:
        yield f"its samples have the shape {list(shape)}"
        return
    if not 4000 <= artifact.sample_rate <= 384_000 or int(artifact.sample_rate) != artifact.sample_rate:
        yield f"its sample rate is {artifact.sample_rate}"
    if not np.isfinite(artifact.samples).all():
        yield "its samples are not all finite"
    elif (peak := float(np.abs(artifact.samples).max())) > 1.0:
        yield f"its samples reach {peak:.3f}, outside [−1, 1]"


def _score(artifact: Score) -> Iterator[str]:
    beats, unit = artifact.meter
    if not 1 <= artifact.tempo <= 1000:
        yield f"its tempo is {artifact.tempo}"
    if not 1 <= beats <= 64 or unit not in (1, 2, 4, 8, 16, 32):
        yield f"its metre is {beats}/{unit}"
    if not any(track.notes for track in artifact.tracks):
        yield "it holds no notes"
    for track in artifact.tracks:
        yield from _track(track)


def _track(track: Track) -> Iterator[str]:
    if not 0 <= track.program <= 127:
        yield f"track “{track.name}” has program {track.program}"
    starts = [note.start for note in track.notes]
    if starts != sorted(starts):
        yield f"the notes of track “{track.name}” are not ordered by onset"
    for note in track.notes:
        pitch, velocity = int(note.pitch) == note.pitch, int(note.velocity) == note.velocity
        if not (pitch and velocity and 0 <= note.pitch <= 127 and 1 <= note.velocity <= 127):
            yield f"track “{track.name}” holds an impossible note: {note}"
            return
        if not (0 <= note.start < 1e6 and 0 < note.duration < 1e6):
            yield f"track “{track.name}” holds a note at an impossible time: {note}"
            return


def _mesh(artifact: Mesh) -> Iterator[str]:
    import numpy as np

    kind, shape = _shape_of(artifact.vertices)
    if kind != "float32" or len(shape) != 2 or shape[1] != 3 or not shape[0]:
        yield f"its vertices are {kind}{list(shape)}, not float32 [n, 3]"
        return
    count = shape[0]
    kind, shape = _shape_of(artifact.faces)
    if kind != "uint32" or len(shape) != 2 or shape[1] != 3 or not shape[0]:
        yield f"its faces are {kind}{list(shape)}, not uint32 [m, 3]"
        return
    if not np.isfinite(artifact.vertices).all():
        yield "its vertices are not all finite"
    if int(artifact.faces.max()) >= count:
        yield f"its faces name vertex {int(artifact.faces.max())} of {count}"
    yield from _mesh_attributes(artifact, count)
    if artifact.watertight and (open_edges := _open_edges(artifact)):
        yield f"it promises to be watertight, and {open_edges} of its edges do not join exactly two faces"


def _mesh_attributes(artifact: Mesh, count: int) -> Iterator[str]:
    import numpy as np

    for name, columns in _COLUMNS.items():
        values = getattr(artifact, name)
        if values is None:
            continue
        kind, shape = _shape_of(values)
        if kind != _DTYPES[name] or shape != (count, columns):
            yield f"its {name} are {kind}{list(shape)}, not {_DTYPES[name]} [{count}, {columns}]"
        elif not np.isfinite(values).all():
            yield f"its {name} are not all finite"
        elif name == "normals" and not np.allclose(np.linalg.norm(values, axis=1), 1.0, atol=1e-2):
            yield "its normals are not of unit length"
    if artifact.texture is not None:
        if artifact.uv is None:
            yield "it has a texture but no uv"
        yield from _pixels(artifact.texture.pixels, "the pixels of its texture")


def _open_edges(artifact: Mesh) -> int:
    """Edges that do not join exactly two faces, each going the other way; vertices at one place count as one."""
    import numpy as np

    _, joined = np.unique(artifact.vertices, axis=0, return_inverse=True)
    faces = joined.reshape(-1)[artifact.faces]
    ends = faces.astype(np.int64)[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    forward = ends[:, 0] * (2**32) + ends[:, 1]
    backward = ends[:, 1] * (2**32) + ends[:, 0]
    edges, counts = np.unique(forward, return_counts=True)
    return int((counts > 1).sum() + np.setdiff1d(edges, backward).size)


def _video(artifact: Video) -> Iterator[str]:
    if not len(artifact.frames):
        yield "it holds no frames"
        return
    if not 1 <= artifact.frame_rate <= 240:
        yield f"its frame rate is {artifact.frame_rate}"
    first = _shape_of(artifact.frames[0])
    for index in range(len(artifact.frames)):
        kind, shape = _shape_of(artifact.frames[index])
        if kind != "uint8" or len(shape) != 3 or shape[2] != 3 or (kind, shape) != first:
            yield f"frame {index} is {kind}{list(shape)}; all must be uint8 [h, w, 3] and alike"
            return
    if artifact.audio is not None:
        yield from _audio(artifact.audio)


def _shape_of(array: Any) -> tuple[str, tuple[int, ...]]:
    return str(getattr(array, "dtype", type(array).__name__)), tuple(getattr(array, "shape", ()))


_BY_KIND: dict[str, Callable[[Any], Iterator[str]]] = {
    "text": _text,
    "image": _image,
    "audio": _audio,
    "score": _score,
    "mesh": _mesh,
    "video": _video,
}
