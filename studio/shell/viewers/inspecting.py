"""The inspecting process: measures sound, scores and meshes for the viewers, apart from the window.

It runs as ``python -m studio.shell.viewers.inspecting``, takes one JSON request a line and answers each with one JSON
line; numbers in bulk go into a file next to it. Two reasons for a process of its own: numpy and its friends stall the
window's event loop while they load, even in a thread, and a hostile file can be given up by ending the process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from studio import sdk
from studio.engine.environment import give_way
from studio.shell.viewers.leftovers import remove_leftovers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BINS = 4096
"""Most columns of a waveform."""

MOST_NOTES = 200_000
MOST_FACES = 3_000_000
SMALL = 192
"""Longest side of a small picture, pixels: enough for an icon on the finest screen."""

STRIDE = 48
"""Bytes of a vertex: position, normal (3 floats each), colour (4, linear), texture coordinates (2)."""

_MOST_CREASED = 600_000
_CREASE = 0.766
"""Cosine of 40 degrees."""

_MEMORY_BYTES = 8 * 2**30


def waveform(path: Path, _folder: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Lowest, highest and root-mean-square sample of each of up to `BINS` equal stretches, channels together."""
    import numpy as np

    from studio.library import formats

    sound = formats.read(path, "audio")
    assert isinstance(sound, sdk.Audio)
    samples = sound.samples.reshape(len(sound.samples), -1)
    count = min(BINS, max(1, len(samples)))
    edges = np.linspace(0, len(samples), count + 1).astype(np.int64)
    low, high, power = (np.zeros(count, np.float32) for _ in range(3))
    for place in range(count if len(samples) else 0):
        part = samples[edges[place] : max(edges[place] + 1, edges[place + 1])]
        low[place], high[place] = part.min(), part.max()
        power[place] = np.sqrt(np.mean(np.square(part, dtype=np.float64)))
    facts = {
        "duration": len(samples) / sound.sample_rate,
        "sample_rate": sound.sample_rate,
        "channels": samples.shape[1],
    }
    return facts, {"low": low, "high": high, "power": power}


def score(path: Path, _folder: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """The notes of a score, times in seconds, and its tempo, metre, key and tracks."""
    import numpy as np

    from studio.library import formats

    music = formats.read(path, "score")
    assert isinstance(music, sdk.Score)
    notes = [
        (note.start, note.duration, note.pitch, note.velocity, number)
        for number, track in enumerate(music.tracks)
        for note in track.notes
    ][:MOST_NOTES]
    table = np.array(notes, np.float32).reshape(-1, 5)
    second = 60.0 / music.tempo
    facts = {
        "duration": music.length * second,
        "tempo": music.tempo,
        "meter": list(music.meter),
        "key": music.key,
        "tracks": [{"name": t.name, "drums": t.drums, "program": t.program} for t in music.tracks],
    }
    columns = {name: table[:, place] for place, name in enumerate(("start", "length", "pitch", "velocity", "track"))}
    columns["start"] = columns["start"] * second
    columns["length"] = columns["length"] * second
    return facts, {name: np.ascontiguousarray(column, np.float32) for name, column in columns.items()}


def mesh(path: Path, folder: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """A mesh as vertex and index buffers, centred and scaled into the unit sphere, and what is known of it."""
    import numpy as np

    from studio.library import formats
    from studio.library.formats import meshes

    model = formats.read(path, "mesh")
    assert isinstance(model, sdk.Mesh)
    if len(model.faces) > MOST_FACES:
        raise sdk.UserError(f"This model has {len(model.faces):,} triangles, more than can be turned smoothly.")
    points = model.vertices.astype(np.float64)
    lowest, highest = points.min(axis=0), points.max(axis=0)
    middle = (lowest + highest) / 2
    radius = float(np.linalg.norm(points - middle, axis=1).max()) or 1.0
    buffer = np.zeros((len(points), STRIDE // 4), np.float32)
    buffer[:, 0:3] = (points - middle) / radius
    buffer[:, 6:10] = 1.0 if model.colors is None else _linear(model.colors)
    if model.uv is not None:
        buffer[:, 10:12] = model.uv
    if model.normals is not None:
        buffer[:, 3:6] = model.normals
        indices = model.faces
    else:
        buffer, indices = _shaded(buffer, points, model.faces)
    facts = {
        "vertices": len(points),
        "faces": len(model.faces),
        "watertight": meshes.is_watertight(model),
        "solid": meshes.is_solid(model),
        "colored": model.colors is not None,
        "size": [float(side) for side in highest - lowest],
        "floor": float((lowest[1] - middle[1]) / radius),
        "low": [float(value) for value in (lowest - middle) / radius],
        "high": [float(value) for value in (highest - middle) / radius],
        "texture": _texture(model, folder),
    }
    return facts, {"vertices": buffer.reshape(-1), "indices": np.ascontiguousarray(indices.reshape(-1), np.uint32)}


def thumbnail(path: Path, _folder: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """A small picture of a score or a mesh, as RGB bytes, row 0 at the top."""
    import numpy as np

    from studio.library import formats, thumbnails

    pixels = np.asarray(thumbnails.draw(formats.read(path), SMALL).convert("RGB"))
    return {"height": len(pixels), "width": pixels.shape[1]}, {"pixels": np.ascontiguousarray(pixels)}


def _shaded(buffer: Array, points: Array, faces: Array) -> tuple[Array, Array]:
    """Give vertices normals: smooth where the surface bends gently, flat where it has an edge of more than 40 degrees.

    Smooth normals are the sums of the adjoining triangles' cross products, which weighs them by area. Vertices are
    doubled where flat and smooth meet; very large meshes stay smooth everywhere.
    """
    import numpy as np

    _, place = np.unique(points.astype(np.float32), axis=0, return_inverse=True)
    place = place.reshape(-1)
    corners = points[faces.astype(np.int64)]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sums = np.zeros((int(place.max()) + 1, 3))
    for corner in range(3):
        np.add.at(sums, place[faces[:, corner].astype(np.int64)], flat)
    smooth = _unit(sums)[place]
    if len(faces) > _MOST_CREASED:
        buffer[:, 3:6] = smooth
        return buffer, faces
    order = faces.astype(np.int64).reshape(-1)
    own = np.repeat(_unit(flat), 3, axis=0)
    gentle = np.einsum("ij,ij->i", own, smooth[order])[:, None] > _CREASE
    split = buffer[order]
    split[:, 3:6] = np.where(gentle, smooth[order], own)
    return split, np.arange(len(order), dtype=np.uint32)


def _unit(vectors: Array) -> Array:
    """Vectors of length one; those without direction point up."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1.0), (0.0, 1.0, 0.0))


def _linear(colors: Array) -> Array:
    """8-bit sRGB as linear light (IEC 61966-2-1); alpha stays as it is."""
    import numpy as np

    shares = colors.astype(np.float32) / 255.0
    rgb = shares[:, :3]
    shares[:, :3] = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return shares


def _texture(model: sdk.Mesh, folder: Path) -> str:
    """Write the base colour picture where the window can read it; returns its path, empty for none."""
    if model.texture is None or model.uv is None:
        return ""
    from studio.library import formats

    path = folder / "texture.png"
    formats.encode(model.texture, path, None)
    return str(path)


JOBS = {"waveform": waveform, "score": score, "mesh": mesh, "thumbnail": thumbnail}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do one request; what goes wrong with a file becomes a sentence."""
    folder = Path(str(request["folder"]))
    try:
        facts, arrays = JOBS[str(request["job"])](Path(str(request["path"])), folder)
        return {"facts": facts, "arrays": _write(arrays, folder / "arrays.bin")}
    except sdk.UserError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "There is too little memory to open this file."}
    except Exception as error:  # noqa: BLE001 - decoders raise anything; the process must answer and live on
        return {"error": f"This file cannot be read ({type(error).__name__})."}


def _write(arrays: dict[str, Array], path: Path) -> dict[str, list[int]]:
    """Put arrays one after the other into a file; returns offset and length in bytes of each."""
    places: dict[str, list[int]] = {}
    with path.open("wb") as file:
        for name, array in arrays.items():
            places[name] = [file.tell(), array.nbytes]
            file.write(array.tobytes())
    return places


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        request = json.loads(line)
        answers.write(json.dumps({"number": request["number"], **answer(request)}) + "\n")
        answers.flush()


def main() -> None:
    """The process: answers go to the real standard output, whatever libraries print goes to standard error."""
    give_way()
    if sys.platform != "win32":
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = _MEMORY_BYTES if most == resource.RLIM_INFINITY else min(most, _MEMORY_BYTES)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=remove_leftovers, daemon=True).start()  # nobody waits for it
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
