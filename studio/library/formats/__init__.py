"""Files of every medium: one reader and writer per format, all behind `read`, `write` and `embedded_record`.

Formats are recognised by content. Readers turn whatever they are given into an artifact or raise `sdk.UserError` with
one sentence; none of them unpickles anything, and each holds what a header claims against `limits` first.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio import sdk
from studio.disk import durable
from studio.library.formats.sniff import KIND_OF, noun, sniff

__all__ = [
    "embedded_record",
    "encode",
    "endings",
    "export_suffixes",
    "facts",
    "has_more_endings",
    "read",
    "sniff",
    "stored_suffix",
    "write",
]

_SUFFIXES = {
    "text": (".txt", ".md"),
    "image": (".png", ".jpg", ".webp"),
    "audio": (".flac", ".wav", ".mp3", ".ogg", ".opus"),
    "score": (".mid",),
    "mesh": (".glb", ".obj", ".stl", ".ply"),
    "video": (".mp4",),
}
_SOME = {"mesh": (".vox",), "text": (".svg",)}
"""Endings that some artifacts of a kind can be written to: meshes made of voxels, texts that are drawings."""

_SAME = {".jpeg": ".jpg", ".midi": ".mid", ".markdown": ".md"}


def export_suffixes(kind: str) -> tuple[str, ...]:
    """Endings that `write` takes for every artifact of a kind; the first is the one to offer first."""
    return _SUFFIXES[kind]


def has_more_endings(kind: str) -> bool:
    """Whether some artifacts of a kind can be written to more than `export_suffixes`: `endings` tells by looking."""
    return kind in _SOME


def endings(artifact: sdk.Artifact) -> tuple[str, ...]:
    """Every ending that `write` takes for this artifact; the first is the one to offer first."""
    from studio.library.formats import texts, vox

    if isinstance(artifact, sdk.Text) and texts.is_drawing(artifact.text):
        return (*_SOME["text"], *_SUFFIXES["text"])
    first = stored_suffix(artifact)
    usual = (first, *(suffix for suffix in _SUFFIXES[artifact.kind] if suffix != first))
    return (*usual, *_SOME["mesh"]) if isinstance(artifact, sdk.Mesh) and vox.fits(artifact) else usual


def stored_suffix(artifact: sdk.Artifact) -> str:
    """The ending of the format an artifact is kept in: lossless, and with room for its record."""
    if isinstance(artifact, sdk.Text):
        return ".md" if artifact.format == "markdown" else ".txt"
    if isinstance(artifact, sdk.Audio):
        from studio.library.formats import sounds

        return ".flac" if sounds.fits(".flac", artifact.sample_rate, artifact.samples.shape[1]) else ".wav"
    return _SUFFIXES[artifact.kind][0]


def read(path: Path, kind: str | None = None) -> sdk.Artifact:
    """Read a file as an artifact.

    Args:
        path: the file; its content says what it is.
        kind: the kind of artifact wanted, or None for whatever it is.

    Raises:
        UserError: it is missing, damaged, of another kind, or asks for more than `limits` allow.
    """
    path = Path(path)
    suffix = sniff(path, kind)
    found = KIND_OF[suffix]
    if kind is not None and found != kind:
        raise sdk.UserError(f"“{path.name}” is {noun(found)}; {noun(kind)} is wanted here.")
    try:
        return _read(path, suffix)
    except (OSError, MemoryError) as error:
        raise sdk.UserError(f"“{path.name}” can't be opened: {_reason(error)}.") from error


def _reason(error: OSError | MemoryError) -> str:
    return "there is too little memory" if isinstance(error, MemoryError) else str(error.strerror or error)


def _read(path: Path, suffix: str) -> sdk.Artifact:
    from studio.library.formats import glb, images, obj, ply, scores, sounds, stl, texts, videos

    if suffix in (".txt", ".md"):
        return texts.read(path)
    readers: dict[str, Any] = {
        ".mid": scores.read,
        ".glb": glb.read,
        ".obj": obj.read,
        ".stl": stl.read,
        ".ply": ply.read,
    }
    reader = readers.get(suffix) or {"image": images.read, "audio": sounds.read, "video": videos.read}[KIND_OF[suffix]]
    made: sdk.Artifact = reader(path)
    return made


def write(artifact: sdk.Artifact, path: Path, record: Mapping[str, Any] | None = None, **options: Any) -> None:
    """Write an artifact so that after a crash `path` holds the old file or the whole new one.

    Args:
        artifact: what to write.
        path: where; its ending chooses among the `endings` of the artifact.
        record: what to embed where the format has room for it, or None.
        options: of the format: ``quality``, ``lossless``, ``level``, ``bits``, ``millimetres``, ``z_up``, ``crf``.

    Raises:
        UserError: the ending is none of this kind's, or the format can't hold the artifact.
        OSError: the disk is full, or the folder can't be written.
    """
    path = Path(path)
    check_suffix(artifact.kind, path)
    with durable.replacing(path) as temporary:
        encode(artifact, temporary, record, {"stem": path.stem, **options})


def check_suffix(kind: str, path: Path) -> str:
    """The format `path` asks for, as one of a kind's endings; raises `UserError` when it is none of them."""
    suffix = path.suffix.lower()
    suffix = _SAME.get(suffix, suffix)
    possible = (*_SUFFIXES[kind], *_SOME.get(kind, ()))
    if suffix not in possible:
        known = ", ".join(possible)
        raise sdk.UserError(f"“{path.name}” can't be written: {noun(kind)} can be saved as {known}.")
    return suffix


def encode(
    artifact: sdk.Artifact, path: Path, record: Mapping[str, Any] | None, options: Mapping[str, Any] | None = None
) -> None:
    """Write an artifact straight to `path`, neither atomic nor durable; otherwise like `write`."""
    from studio.library.formats import glb, images, obj, ply, scores, sounds, stl, texts, videos, vox

    options = options or {}
    suffix = check_suffix(artifact.kind, path)
    match artifact:
        case sdk.Text():
            texts.write(artifact, path, options)
        case sdk.Image():
            images.write(artifact, path, record, options)
        case sdk.Audio():
            sounds.write(artifact, path, record, options)
        case sdk.Score():
            scores.write(artifact, path, record)
        case sdk.Video():
            videos.write(artifact, path, record, options)
        case sdk.Mesh():
            writer: Any = {".glb": glb.write, ".ply": ply.write}.get(suffix)
            if writer is not None:
                writer(artifact, path, record)
            elif suffix == ".stl":
                stl.write(artifact, path, options)
            elif suffix == ".vox":
                vox.write(artifact, path, options)
            else:
                obj.write(artifact, path, record, options)
        case _:
            raise TypeError(f"{type(artifact).__name__} is no artifact that can be written")


def embedded_record(path: Path) -> str | None:
    """The JSON text of the record inside a file, unchecked, or None where there is none.

    Give it to `studio.library.items.parse_record`, which trusts nothing. Raises `UserError` when `path` can't be read.
    """
    from studio.library.formats import glb, images, obj, ply, scores, sounds, videos

    path = Path(path)
    suffix = sniff(path)
    readers: dict[str, Any] = {
        ".mid": scores.embedded,
        ".glb": glb.embedded,
        ".obj": obj.embedded,
        ".ply": ply.embedded,
    }
    kind = KIND_OF[suffix]
    if kind == "audio":
        return sounds.embedded(path, suffix)
    reader = readers.get(suffix) or {"image": images.embedded, "video": videos.embedded}.get(kind)
    text: str | None = reader(path) if reader else None
    return text


def facts(artifact: sdk.Artifact) -> dict[str, Any]:
    """What is worth knowing of an artifact's medium, as JSON: sizes, durations, counts; see each format's `facts`."""
    from studio.library.formats import images, meshes, scores, sounds, texts, videos

    match artifact:
        case sdk.Text():
            return texts.facts(artifact)
        case sdk.Image():
            return images.facts(artifact)
        case sdk.Audio():
            return sounds.facts(artifact)
        case sdk.Score():
            return scores.facts(artifact)
        case sdk.Mesh():
            return meshes.facts(artifact)
        case sdk.Video():
            return videos.facts(artifact)
        case _:
            raise TypeError(f"{type(artifact).__name__} is no artifact that can be kept")
