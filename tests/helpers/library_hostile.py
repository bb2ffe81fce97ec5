"""Makes hostile files of one format, reads each, and reports as JSON.

``python -m helpers.library_hostile .png 500 DIR``
"""

from __future__ import annotations

import json
import random
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from helpers import library_artifacts as made

from studio import sdk
from studio.library import formats
from studio.library.formats.sniff import KIND_OF

FORMATS = tuple(
    ".txt .png .jpg .webp .gif .bmp .tiff .flac .wav .mp3 .ogg .opus .aiff .mid .glb .obj .stl .ply .mp4"  # noqa: SIM905
    " .webm .avi".split()
)


def valid(suffix: str, folder: Path) -> list[bytes]:
    """Whole files of a format, small."""
    path = folder / f"valid{suffix}"
    record = {"id": "x", "values": {"prompt": "a fox"}}
    if suffix in (".gif", ".bmp", ".tiff"):
        import PIL.Image

        PIL.Image.fromarray(made.picture().pixels).save(path)
        return [path.read_bytes()]
    if suffix == ".aiff":
        import soundfile

        soundfile.write(path, made.sound().samples, 48_000, format="AIFF", subtype="PCM_16")
        return [path.read_bytes()]
    if suffix in FILM_CODECS:
        _film(path, FILM_CODECS[suffix])
        return [path.read_bytes()]
    pictures: list[sdk.Artifact] = [made.picture(channels=channels) for channels in (1, 3, 4)]
    sounds: list[sdk.Artifact] = [made.sound(), made.sound(0.05, 44_100, 1)]
    models: list[sdk.Artifact] = [made.cube(), made.cube(textured=True)]
    wanted: dict[str, list[sdk.Artifact]] = {".txt": [made.story()], ".mid": [made.song()], ".mp4": [made.clip()]}
    for suffixes, artifacts in ((".png .jpg .webp", pictures), (".flac .wav .mp3 .ogg", sounds), (".opus", sounds[:1])):
        wanted |= dict.fromkeys(suffixes.split(), artifacts)
    wanted |= dict.fromkeys((".glb", ".obj", ".stl", ".ply"), models)
    found = []
    for artifact in wanted[suffix]:
        formats.write(artifact, path, record)
        found.append(path.read_bytes())
    if suffix == ".stl":
        found.append(_ascii_stl())
    if suffix == ".ply":
        found.append(_ascii_ply())
    return found


FILM_CODECS = {".webm": "libvpx", ".avi": "mpeg4"}
"""Films of other programs, and what their pictures are packed with."""


def _film(path: Path, codec: str) -> None:
    import av

    clip = made.clip(sounding=False)
    with av.open(str(path), "w") as film:
        stream = film.add_stream(codec, rate=12, width=64, height=48, pix_fmt="yuv420p")
        for frame in clip.frames:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        film.mux(stream.encode(None))


def _ascii_stl() -> bytes:
    facet = "facet normal 0 0 1\n outer loop\n  vertex 0 0 0\n  vertex 1 0 0\n  vertex 0 1 0\n endloop\nendfacet\n"
    return f"solid x\n{facet * 4}endsolid x\n".encode()


def _ascii_ply() -> bytes:
    head = "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
    head += "element face 2\nproperty list uchar int vertex_indices\nend_header\n"
    return (head + "0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n4 0 1 2 3\n").encode()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png_bomb(width: int, height: int) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        head
        + _chunk(b"IDAT", zlib.compress(b"\0" * min(20_000_000, height * (width * 3 + 1)), 9))
        + _chunk(b"IEND", b"")
    )


def _glb(document: object, binary: bytes = b"") -> bytes:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def _glb_bombs() -> list[bytes]:
    def scene(accessor: dict[str, object], **more: object) -> dict[str, object]:
        return {
            "asset": {"version": "2.0"},
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0}],
            "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
            "accessors": [accessor],
            "bufferViews": [{"buffer": 0, "byteLength": 36}],
            "buffers": [{"byteLength": 36}],
            **more,
        }

    vec3: dict[str, object] = {"bufferView": 0, "componentType": 5126, "type": "VEC3"}
    cycle = [{"children": [0]}]
    many = [{"mesh": 0, "children": [0] * 10}]
    return [
        _glb(scene({**vec3, "count": 375_000_000}), b"\0" * 36),
        _glb(scene({**vec3, "count": -1}), b"\0" * 36),
        _glb(scene({**vec3, "count": 3, "byteOffset": 2**40}), b"\0" * 36),
        _glb(scene({"componentType": 5126, "type": "VEC3", "count": 4_000_000_000}), b""),
        _glb(scene({**vec3, "count": 3}), b"\xff" * 36),
        _glb(scene({**vec3, "count": 3}, nodes=cycle), b"\0" * 36),
        _glb(scene({**vec3, "count": 3}, nodes=many), b"\0" * 36),
        _glb(b"[" * 200_000),
        _glb(b'{"asset":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001),
        _glb({"asset": None, "scenes": {}, "nodes": 7}),
        _glb(scene({**vec3, "count": 3}, extensionsRequired=["KHR_draco_mesh_compression"]), b"\0" * 36),
        struct.pack("<4sII", b"glTF", 2, 2**32 - 1) + struct.pack("<I4s", 2**32 - 1, b"JSON") + b"{}",
    ]


def _midi(tracks: list[bytes], division: int = 480) -> bytes:
    head = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), division)
    return head + b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks)


def _wav_bombs() -> list[bytes]:
    """Comments that claim more than there is, chunks without end, an empty list."""
    huge = struct.pack("<I", 2**32 - 1)
    sound = (
        b"fmt "
        + struct.pack("<IHHIIHH", 16, 1, 2, 48_000, 192_000, 4, 16)
        + b"data"
        + struct.pack("<I", 64)
        + bytes(64)
    )
    tails = [
        b"LIST" + huge + b"INFOICMT" + huge + b"a" * 100,
        b"LIST" + struct.pack("<I", 20) + b"INFOICMT" + huge + b"a" * 8,
        b"LIST" + struct.pack("<I", 2**20) + b"INFO" + b"ISFT\0\0\0\0" * 2**17,
        b"junk\0\0\0\0" * 2**18,
        b"LIST\0\0\0\0",
    ]
    return [b"RIFF" + struct.pack("<I", 4 + len(sound + tail)) + b"WAVE" + sound + tail for tail in tails]


def bombs(suffix: str) -> list[bytes]:
    """Files built by hand to ask for too much, or to lie."""
    huge = struct.pack("<I", 2**32 - 1)
    wav = (
        b"RIFF"
        + huge
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 2, 48_000, 192_000, 4, 16)
        + b"data"
        + huge
        + b"\0" * 64
    )
    ply = b"ply\nformat binary_little_endian 1.0\nelement vertex 2000000000\nproperty float x\nproperty float y\n"
    ply += b"property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n" + b"\0" * 64
    lists = (
        b"ply\nformat binary_little_endian 1.0\nelement vertex 1\nproperty list uint double x\nend_header\n" + huge * 4
    )
    known: dict[str, list[bytes]] = {
        ".txt": [b"\xff\xfe" + b"\0\xd8" * 1000, b"\0" * 10_000, b"\x1b" * 100, "🦊".encode() * 10_000, b"\xff" * 5000],
        ".png": [_png_bomb(60_000, 60_000), _png_bomb(16_384, 16_384), _png_bomb(2**31 - 1, 1), _png_bomb(0, 0)],
        ".bmp": [
            b"BM"
            + huge
            + b"\0" * 4
            + b"\x36\0\0\0\x28\0\0\0"
            + struct.pack("<ii", 2**31 - 1, 2**31 - 1)
            + b"\x01\0\x18"
            + b"\0" * 60
        ],
        ".gif": [
            b"GIF89a" + b"\xff" * 200,
            b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08" + b"\xff" * 60,
        ],
        ".wav": [wav, wav.replace(struct.pack("<H", 2), struct.pack("<H", 65_535), 1), *_wav_bombs()],
        ".mp3": [b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + b"COMM" + b"\x7f\xff\xff\xff\0\0\0eng\0" + b"a" * 1000],
        ".mid": [
            _midi([b"\0\x90\x3c\x40" + b"\0\x3c\x40" * 600_000]),
            _midi([b"\0\xff\x01\xff\xff\xff\x7f" + b"a" * 50]),
            _midi([b"\xff" * 1000]),
            _midi([b"\0\x90\x3c\x40\x60\x80\x3c\x00\0\xff\x2f\0"], 0),
            _midi([b""] * 60_000),
            _midi([b"\xff\xff\xff\x7f\x90\x3c\x40" * 50]),
        ],
        ".glb": _glb_bombs(),
        ".stl": [
            b"\0" * 80 + huge,
            b"\0" * 84,
            b"solid " + b"vertex 1e400 nan inf\n" * 3 + b"facet",
            b"\0" * 80 + struct.pack("<I", 1) + b"\xff" * 50,
        ],
        ".ply": [
            ply,
            lists,
            b"ply\n" + b"comment x\n" * 20_000,
            b"ply\nformat ascii 1.0\nelement vertex -5\nend_header\n",
        ],
        ".obj": [
            b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99999999999999999999\n",
            b"v nan inf 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n",
            b"v 0 0 0\nf " + b"1 " * 400_000 + b"\n",
            b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf -9 -8 -7\n",
            b"v 1\nv 2\nv 3\nf 1 2 3\n",
        ],
    }
    return known.get(suffix, [])


def mutations(whole: list[bytes], rng: random.Random) -> Iterator[bytes]:
    """Endless damaged versions of whole files."""
    kinds: list[Callable[[bytearray], bytes]] = [
        lambda data: bytes(data[: rng.randrange(len(data))]),
        lambda data: _flipped(data, rng, len(data), rng.randrange(1, 60)),
        lambda data: _flipped(data, rng, min(len(data), 200), rng.randrange(1, 8)),
        lambda data: _lying(data, rng),
        lambda data: bytes(data[: (at := rng.randrange(len(data)))] + rng.randbytes(rng.randrange(400)) + data[at:]),
        lambda data: bytes(data[: rng.randrange(len(data))] + data[rng.randrange(len(data)) :]),
        lambda data: bytes(data) + rng.randbytes(1000),
        lambda data: bytes(data[: min(16, len(data))]) + rng.randbytes(500),
    ]
    while True:
        yield rng.choice(kinds)(bytearray(rng.choice(whole)))


def _flipped(data: bytearray, rng: random.Random, end: int, count: int) -> bytes:
    for _ in range(count):
        data[rng.randrange(end)] = rng.randrange(256)
    return bytes(data)


def _lying(data: bytearray, rng: random.Random) -> bytes:
    """A length or count somewhere near the start replaced by an extreme one."""
    at = rng.randrange(max(1, min(len(data), 300) - 4))
    data[at : at + 4] = struct.pack(
        rng.choice("<>") + "I", rng.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 65_535, 10**6))
    )
    return bytes(data)


def complaint(path: Path, kind: str | None) -> tuple[bool, str]:
    """Read a file: whether it was refused, and what is wrong with how, if anything."""
    try:
        artifact = formats.read(path, kind)
    except sdk.UserError as error:
        text = str(error)
        plain = (
            "\n" not in text and text.endswith(".") and path.name in text and len(text) < 300 and "Error" not in text
        )
        return True, "" if plain else f"unclear: {text!r}"
    return False, "" if formats.facts(artifact) else "an artifact without facts"


def main(suffix: str, count: int, folder: Path) -> None:
    """Read `count` mutations and the bombs of a format and print the report."""
    rng = random.Random(zlib.crc32(suffix.encode()))
    whole = valid(suffix, folder)
    stream = mutations(whole, rng)
    hostile = [*bombs(suffix), *(next(stream) for _ in range(count))]
    kind = KIND_OF[suffix] if suffix != ".txt" else "text"
    refused, slowest, problems = 0, 0.0, []
    for number, data in enumerate(hostile):
        path = folder / f"hostile-{number}{suffix}"
        path.write_bytes(data)
        started = time.monotonic()
        try:
            was_refused, problem = complaint(path, kind if number % 2 else None)
            formats.embedded_record(path)
        except sdk.UserError:
            was_refused, problem = True, ""
        except Exception as error:  # noqa: BLE001 (this is what the report is about)
            was_refused, problem = False, f"{type(error).__name__}: {error}"
        refused += was_refused
        slowest = max(slowest, time.monotonic() - started)
        if problem:
            problems.append(f"{path.name}: {problem}")
        else:
            path.unlink()
    print(
        json.dumps(
            {
                "files": len(hostile),
                "refused": refused,
                "slowest_seconds": round(slowest, 2),
                "peak_mb": _peak_mb(),
                "problems": problems,
            }
        )
    )


def _peak_mb() -> float:
    try:
        import resource
    except ImportError:  # Windows has no such count
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
