"""What a file is, by its content; the ending decides only between kinds of plain text."""

from __future__ import annotations

import re
from pathlib import Path

from studio.library.formats import limits
from studio.sdk import UserError

HEAD = 4096

KIND_OF = {
    ".png": "image",
    ".jpg": "image",
    ".webp": "image",
    ".gif": "image",
    ".bmp": "image",
    ".tiff": "image",
    ".flac": "audio",
    ".wav": "audio",
    ".mp3": "audio",
    ".ogg": "audio",
    ".opus": "audio",
    ".aiff": "audio",
    ".mid": "score",
    ".glb": "mesh",
    ".obj": "mesh",
    ".stl": "mesh",
    ".ply": "mesh",
    ".mp4": "video",
    ".webm": "video",
    ".avi": "video",
    ".txt": "text",
    ".md": "text",
}
"""Kind of artifact by the ending that stands for a format."""

_NOUNS = {
    "text": "a text",
    "image": "a picture",
    "audio": "a sound",
    "score": "a MIDI file",
    "mesh": "a 3D model",
    "video": "a video",
}
_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF8", ".gif"),
    (0, b"II*\0", ".tiff"),
    (0, b"MM\0*", ".tiff"),
    (0, b"fLaC", ".flac"),
    (0, b"MThd", ".mid"),
    (0, b"glTF", ".glb"),
    (0, b"ply\n", ".ply"),
    (0, b"ply\r", ".ply"),
    (0, b"\x1aE\xdf\xa3", ".webm"),
    (4, b"ftyp", ".mp4"),
    (8, b"WEBP", ".webp"),
    (8, b"WAVE", ".wav"),
    (8, b"AVI ", ".avi"),
    (8, b"AIFF", ".aiff"),
    (8, b"AIFC", ".aiff"),
    (0, b"ID3", ".mp3"),
)
_OBJ_LINE = re.compile(rb"^v[ \t]+[-+.\d]", re.MULTILINE)


def noun(kind: str) -> str:
    """A kind with its article, for sentences: ``"a picture"``."""
    return _NOUNS[kind]


def head_of(path: Path) -> tuple[bytes, int]:
    """The first bytes and the size of a file. Raises `UserError` where there is no readable file."""
    try:
        if path.is_dir():
            raise UserError(f"“{path}” is a folder; name a file in it.")
        if not path.is_file():
            raise UserError(f"“{path}” is no ordinary file." if path.exists() else f"There is no file “{path}”.")
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise UserError(f"“{path.name}” can't be opened: {error.strerror or error}.") from error
    if not size:
        raise UserError(f"“{path.name}” can't be opened: it is empty.")
    if size > limits.FILE_BYTES:
        raise limits.too_large(path.name, f"files may have {limits.FILE_BYTES // 2**30} GB")
    return head, size


def sniff(path: Path, kind: str | None = None) -> str:
    """The format of a file as the ending that stands for it, e.g. ``".png"``.

    Args:
        path: the file; it need not have the right ending.
        kind: the kind wanted; only tells text from 3D formats that are written as text.

    Raises:
        UserError: there is no such file, or it is nothing the studio reads.
    """
    head, size = head_of(path)
    for offset, magic, suffix in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return suffix
    if head[:4] == b"OggS":
        return ".opus" if b"OpusHead" in head[:256] else ".ogg"
    if head[:2] == b"BM" and size >= 26 and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return ".bmp"
    if suffix := _as_model(path, head, size, kind):
        return suffix
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 in (0x02, 0x04):
        return ".mp3"
    return _as_text(path, head, kind)


def _as_model(path: Path, head: bytes, size: int, kind: str | None) -> str:
    """STL and OBJ have no signature: the arithmetic of one and the lines of the other have to do."""
    if kind == "text":
        return ""
    if size >= 84 and size == 84 + 50 * int.from_bytes(head[80:84], "little"):
        return ".stl"
    if head.lstrip()[:5].lower() == b"solid" and (b"facet" in head or path.suffix.lower() == ".stl"):
        return ".stl"
    if b"\0" not in head and (_OBJ_LINE.search(head) or (path.suffix.lower() == ".obj" and head[:1] in b"#mogv")):
        return ".obj"
    return ".stl" if kind == "mesh" and path.suffix.lower() == ".stl" and size >= 84 else ""


def _as_text(path: Path, head: bytes, kind: str | None) -> str:
    from studio.library.formats import texts

    whole = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    text = texts.decode(head) if whole or len(head) < HEAD else texts.decode(_whole_characters(head))
    if text is None:
        wanted = f"it is not {noun(kind)}" if kind else "it is nothing the studio can read"
        raise UserError(f"“{path.name}” can't be opened: {wanted}, or it is damaged.")
    return ".md" if path.suffix.lower() in (".md", ".markdown") else ".txt"


def _whole_characters(head: bytes) -> bytes:
    """`head` cut so that it does not end inside a UTF-8 character."""
    end = len(head)
    while end > len(head) - 4 and head[end - 1] & 0xC0 == 0x80:
        end -= 1
    return head[: end - 1] if end and head[end - 1] >= 0xC0 else head
