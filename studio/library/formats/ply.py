"""PLY with colours, normals and texture coordinates (Turk, "The PLY polygon file format", 1994)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from studio import sdk
from studio.library.formats import limits, meshes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

RECORD_MARK = "atelier-record:"
_TYPES = {
    "char": "i1",
    "int8": "i1",
    "uchar": "u1",
    "uint8": "u1",
    "short": "i2",
    "int16": "i2",
    "ushort": "u2",
    "uint16": "u2",
    "int": "i4",
    "int32": "i4",
    "uint": "u4",
    "uint32": "u4",
    "float": "f4",
    "float32": "f4",
    "double": "f8",
    "float64": "f8",
}
_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
_HEADER_LIMIT = 32 * 2**20


@dataclass
class _Element:
    """One element of the header: its properties as (name, type, type of the count or "" for scalars)."""

    name: str
    count: int
    properties: list[tuple[str, str, str]] = field(default_factory=list)


def write(mesh: sdk.Mesh, path: Path, record: Mapping[str, Any] | None) -> None:
    """Write binary PLY, little end first; colours stay sRGB bytes, as every PLY viewer expects."""
    import numpy as np

    layout: list[tuple[str, str]] = [(axis, "<f4") for axis in "xyz"]
    columns: list[Array] = [mesh.vertices]
    if mesh.normals is not None:
        layout += [(axis, "<f4") for axis in ("nx", "ny", "nz")]
        columns.append(mesh.normals)
    if mesh.uv is not None:
        layout += [("s", "<f4"), ("t", "<f4")]
        columns.append(mesh.uv)
    if mesh.colors is not None:
        layout += [(name, "u1") for name in ("red", "green", "blue", "alpha")]
        columns.append(mesh.colors)
    points = np.zeros(len(mesh.vertices), dtype=layout)
    flat = [column[:, place] for column in columns for place in range(column.shape[1])]
    for (name, _type), values in zip(layout, flat, strict=True):
        points[name] = values
    faces = np.zeros(len(mesh.faces), dtype=[("count", "u1"), ("corners", "<i4", (3,))])
    faces["count"], faces["corners"] = 3, mesh.faces
    lines = ["ply", "format binary_little_endian 1.0", "comment made with Atelier Studio"]
    if record is not None:
        lines.append("comment " + RECORD_MARK + json.dumps(record, separators=(",", ":")))
    lines.append(f"element vertex {len(points)}")
    lines += [f"property {'uchar' if kind == 'u1' else 'float'} {name}" for name, kind in layout]
    lines += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    with path.open("wb") as out:
        out.write("\n".join(lines).encode("ascii"))
        out.write(points.tobytes())
        out.write(faces.tobytes())


def read(path: Path) -> sdk.Mesh:
    """Read ASCII or binary PLY.

    Raises:
        UserError: its counts do not fit its size, or its geometry is unsound.
    """
    try:
        with path.open("rb") as stream:
            order, elements, _comments = _header(path.name, stream)
            reader = _Ascii(path, stream) if not order else _Binary(path, stream, order)
            tables: dict[str, dict[str, Any]] = {}
            for element in elements:
                tables[element.name] = reader.table(element)
                if "vertex" in tables and "face" in tables:
                    break
        return _mesh(path.name, tables)
    except sdk.UserError:
        raise
    except limits.DECODER_ERRORS as error:
        raise limits.damaged(path.name, "PLY model") from error


def embedded(path: Path) -> str | None:
    """The JSON text of the record inside a PLY file, or None."""
    try:
        with path.open("rb") as stream:
            _order, _elements, comments = _header(path.name, stream)
    except (sdk.UserError, *limits.DECODER_ERRORS):
        return None
    return next((text[len(RECORD_MARK) :] for text in comments if text.startswith(RECORD_MARK)), None)


def _header(name: str, stream: BinaryIO) -> tuple[str, list[_Element], list[str]]:
    order, elements, comments = None, [], []
    for _ in range(10_000):
        line = stream.readline(_HEADER_LIMIT)
        words = line.decode("utf-8", "replace").split()
        if not line or stream.tell() > _HEADER_LIMIT:
            break
        if words == ["end_header"] and order is not None:
            return order, elements, comments
        if words[:1] == ["format"]:
            order = _ORDERS[words[1]]
        elif words[:1] == ["comment"]:
            comments.append(line.decode("utf-8", "replace").strip()[len("comment ") :])
        elif words[:1] == ["element"]:
            elements.append(_Element(words[1], int(words[2])))
            meshes.check_counts(name, elements[-1].count // 3, elements[-1].count)
            if elements[-1].count < 0:
                raise ValueError("negative count")
        elif words[:2] == ["property", "list"]:
            elements[-1].properties.append((words[4], _TYPES[words[3]], _TYPES[words[2]]))
        elif words[:1] == ["property"]:
            elements[-1].properties.append((words[2], _TYPES[words[1]], ""))
    raise limits.damaged(name, "PLY model")


class _Binary:
    """Reads elements of a binary PLY file, whole tables at a time where rows are all alike."""

    def __init__(self, path: Path, stream: BinaryIO, order: str) -> None:
        self._left = path.stat().st_size - stream.tell()
        self._stream = stream
        self._order = order
        self._deadline = limits.Deadline(path.name)

    def _take(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise EOFError("rows beyond the end of the file")
        return self._stream.read(size)

    def table(self, element: _Element) -> dict[str, Any]:
        """Columns by name; a list column is a pair of counts and all values in a row."""
        import numpy as np

        if not any(counted for _name, _kind, counted in element.properties):
            dtype = np.dtype([(name, self._order + kind) for name, kind, _counted in element.properties])
            rows = np.frombuffer(self._take(dtype.itemsize * element.count), dtype=dtype)
            return {name: rows[name] for name, _kind, _counted in element.properties}
        return self._regular(element) or self._irregular(element)

    def _regular(self, element: _Element) -> dict[str, Any] | None:
        """The usual case, every list as long as the first row's, read at once; None where it is not so."""
        import numpy as np

        start, left = self._stream.tell(), self._left
        if not element.count:
            return {name: (np.zeros(0, int), np.zeros(0, int)) for name, _kind, _counted in element.properties}
        first = self._row(element)
        layout: list[Any] = []
        for name, kind, counted in element.properties:
            if counted:
                layout.append((f"{name} count", self._order + counted))
                layout.append((name, self._order + kind, (len(first[name]),)))
            else:
                layout.append((name, self._order + kind))
        dtype = np.dtype(layout)
        self._stream.seek(start)
        self._left = left
        if dtype.itemsize * element.count <= left:
            rows = np.frombuffer(self._take(dtype.itemsize * element.count), dtype=dtype)
            lists = [name for name, _kind, counted in element.properties if counted]
            if all((rows[f"{name} count"] == len(first[name])).all() for name in lists):
                return {
                    name: (rows[f"{name} count"], rows[name].ravel()) if name in lists else rows[name]
                    for name, _kind, _counted in element.properties
                }
        self._stream.seek(start)
        self._left = left
        return None

    def _row(self, element: _Element) -> dict[str, Any]:
        import numpy as np

        row: dict[str, Any] = {}
        for name, kind, counted in element.properties:
            count = 1
            if counted:
                dtype = np.dtype(self._order + counted)
                count = int(np.frombuffer(self._take(dtype.itemsize), dtype)[0])
            dtype = np.dtype(self._order + kind)
            if count < 0:
                raise ValueError("negative count")
            row[name] = np.frombuffer(self._take(dtype.itemsize * count), dtype)
        return row

    def _irregular(self, element: _Element) -> dict[str, Any]:
        import numpy as np

        rows = []
        for number in range(element.count):
            rows.append(self._row(element))
            if not number % 4096:
                self._deadline.check()
        return {
            name: (np.array([len(row[name]) for row in rows]), np.concatenate([row[name] for row in rows]))
            if counted
            else np.concatenate([row[name] for row in rows])
            for name, _kind, counted in element.properties
        }


class _Ascii:
    """Reads elements of a PLY file written as text."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        if path.stat().st_size > limits.MESH_TEXT_BYTES:
            most = f"3D models written as text may have {limits.MESH_TEXT_BYTES // 2**20} MB"
            raise limits.too_large(path.name, most)
        self._stream = stream
        self._deadline = limits.Deadline(path.name)

    def table(self, element: _Element) -> dict[str, Any]:
        """Columns by name, as `_Binary.table` gives them."""
        import numpy as np

        columns: dict[str, list[float]] = {name: [] for name, _kind, _counted in element.properties}
        counts: dict[str, list[int]] = {name: [] for name, _kind, counted in element.properties if counted}
        for number in range(element.count):
            words = self._stream.readline(1 << 20).split()
            if not words:
                raise EOFError("rows beyond the end of the file")
            self._row(element, words, columns, counts)
            if not number % 4096:
                self._deadline.check()
        return {
            name: (np.array(counts[name], int), np.array(columns[name])) if counted else np.array(columns[name])
            for name, _kind, counted in element.properties
        }

    @staticmethod
    def _row(
        element: _Element, words: list[bytes], columns: dict[str, list[float]], counts: dict[str, list[int]]
    ) -> None:
        at = 0
        for name, _kind, counted in element.properties:
            length = int(words[at]) if counted else 1
            at += bool(counted)
            if length < 0 or at + length > len(words):
                raise EOFError("row too short")
            columns[name].extend(map(float, words[at : at + length]))
            at += length
            if counted:
                counts[name].append(length)


def _mesh(name: str, tables: dict[str, dict[str, Any]]) -> sdk.Mesh:
    import numpy as np

    points, polygons = tables["vertex"], tables.get("face", {})
    lists = polygons.get("vertex_indices", polygons.get("vertex_index"))
    if lists is None:
        raise sdk.UserError(f"“{name}” can't be opened: it holds no surface (no triangles).")
    counts, corners = lists
    counts = counts.astype(np.int64)
    if len(counts) and int(counts.min()) < 3:
        raise ValueError("polygon of fewer than three corners")
    meshes.check_counts(name, 0, int((counts - 2).sum()))
    faces = corners.astype(np.int64)[meshes.fan(counts)]

    def columns(*names: str) -> Array | None:
        found = [points.get(each) for each in names]
        return None if any(column is None for column in found) else np.column_stack([np.asarray(c) for c in found])

    place = columns("x", "y", "z")
    if place is None:
        raise ValueError("no points")
    uv = columns("s", "t")
    return meshes.checked(
        name,
        place,
        faces,
        normals=columns("nx", "ny", "nz"),
        colors=_colors(columns("red", "green", "blue"), columns("alpha")),
        uv=uv if uv is not None else columns("u", "v"),
    )


def _colors(rgb: Array | None, alpha: Array | None) -> Array | None:
    """Bytes [n, 4] from columns of any type; floating-point colours run from 0 to 1."""
    import numpy as np

    if rgb is None:
        return None
    opaque = 1.0 if rgb.dtype.kind == "f" and float(np.nan_to_num(rgb).max(initial=0.0)) <= 1.0 else 255.0
    scaled = np.column_stack([rgb, np.full(len(rgb), opaque) if alpha is None else alpha]).astype(np.float64)
    return np.clip(np.rint(np.nan_to_num(scaled) * (255.0 / opaque)), 0, 255).astype(np.uint8)
