"""Wavefront OBJ, with the vertex-colour extension most programs read, and a material file where there is a texture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio.library.formats import images, limits, meshes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

RECORD_MARK = "# atelier-record:"


def write(mesh: sdk.Mesh, path: Path, record: Mapping[str, Any] | None, options: Mapping[str, Any]) -> None:
    """Write an .obj; a texture goes beside it as ``NAME.png`` with ``NAME.mtl``.

    Args:
        mesh: what to write.
        path: where.
        record: what to put into a comment, or None.
        options: ``stem``: the NAME of the files beside it, when not that of `path`.
    """
    stem = str(options.get("stem", path.stem))
    lines = ["# made with Atelier Studio"]
    if record is not None:
        lines.append(RECORD_MARK + json.dumps(record, separators=(",", ":")))
    if mesh.texture is not None and mesh.uv is not None:
        _write_material(mesh.texture, path.with_name(stem))
        lines += [f"mtllib {stem}.mtl", "usemtl surface"]
    if mesh.colors is None:
        lines += [f"v {x:.7g} {y:.7g} {z:.7g}" for x, y, z in mesh.vertices.tolist()]
    else:
        colors = (mesh.colors[:, :3] / 255.0).tolist()
        lines += [
            f"v {x:.7g} {y:.7g} {z:.7g} {r:.4f} {g:.4f} {b:.4f}"
            for (x, y, z), (r, g, b) in zip(mesh.vertices.tolist(), colors, strict=True)
        ]
    if mesh.uv is not None:
        lines += [f"vt {u:.6g} {v:.6g}" for u, v in mesh.uv.tolist()]
    if mesh.normals is not None:
        lines += [f"vn {x:.5f} {y:.5f} {z:.5f}" for x, y, z in mesh.normals.tolist()]
    corner = "{0}" if mesh.uv is None and mesh.normals is None else "{0}/{0}" if mesh.normals is None else "{0}//{0}"
    if mesh.uv is not None and mesh.normals is not None:
        corner = "{0}/{0}/{0}"
    names = [corner.format(number) for number in range(1, len(mesh.vertices) + 1)]
    lines += [f"f {names[a]} {names[b]} {names[c]}" for a, b, c in mesh.faces.tolist()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _write_material(texture: sdk.Image, base: Path) -> None:
    images.to_pillow(texture).save(base.with_name(f"{base.name}.png"), "PNG", compress_level=1)
    text = f"newmtl surface\nKd 1 1 1\nNs 20\nillum 2\nmap_Kd {base.name}.png\n"
    base.with_name(f"{base.name}.mtl").write_text(text, encoding="utf-8", newline="\n")


class _Lists:
    """What the lines of an OBJ file list."""

    def __init__(self) -> None:
        self.points: list[list[float]] = []
        self.colors: list[list[float]] = []
        self.uv: list[list[float]] = []
        self.normals: list[list[float]] = []
        self.corners: list[tuple[int, int, int]] = []
        self.counts: list[int] = []

    def face(self, words: list[str]) -> None:
        """Take one polygon; indices count from 1, or backwards from what is listed so far."""
        for word in words:
            parts = (word + "//").split("/")
            known = (len(self.points), len(self.uv), len(self.normals))
            corner = [0 if not part else int(part) for part in parts[:3]]
            place = [index - 1 if index >= 0 else index + count for index, count in zip(corner, known, strict=True)]
            self.corners.append((place[0], place[1], place[2]))
        self.counts.append(len(words))


def read(path: Path) -> sdk.Mesh:
    """Read an .obj: polygons become triangles, points with several normals or texture coordinates are split.

    Material files are not followed: a file names no other file the studio would open.

    Raises:
        UserError: it is damaged, larger than `limits` allow, or its geometry is unsound.
    """
    if path.stat().st_size > limits.MESH_TEXT_BYTES:
        most = f"3D models written as text may have {limits.MESH_TEXT_BYTES // 2**20} MB"
        raise limits.too_large(path.name, most)
    try:
        return _mesh(path.name, _listed(path))
    except sdk.UserError:
        raise
    except limits.DECODER_ERRORS as error:
        raise limits.damaged(path.name, "OBJ model") from error


def _listed(path: Path) -> _Lists:
    lists, deadline = _Lists(), limits.Deadline(path.name)
    with path.open(encoding="utf-8", errors="replace") as stream:
        number = 0
        while line := stream.readline(1 << 20):
            number += 1
            if not number % 4096:
                deadline.check()
                meshes.check_counts(path.name, len(lists.points), len(lists.corners) // 3)
            words = line.split()
            if not words:
                continue
            name, values = words[0], words[1:]
            if name == "v":
                lists.points.append([float(value) for value in values[:3]])
                if len(values) >= 6:
                    lists.colors.append([float(value) for value in values[3:6]])
            elif name == "vt":
                lists.uv.append([float(value) for value in values[:2]])
            elif name == "vn":
                lists.normals.append([float(value) for value in values[:3]])
            elif name == "f" and len(values) >= 3:
                lists.face(values)
    return lists


def _mesh(name: str, lists: _Lists) -> sdk.Mesh:
    import numpy as np

    if not lists.counts:
        raise sdk.UserError(f"“{name}” can't be opened: it holds no surface (no triangles).")
    corners = np.array(lists.corners, dtype=np.int64)
    points = np.array(lists.points, dtype=np.float64).reshape(-1, 3)
    uv = _table(lists.uv, 2) if (corners[:, 1] >= 0).all() and lists.uv else None
    normals = _table(lists.normals, 3) if (corners[:, 2] >= 0).all() and lists.normals else None
    for place, known in ((0, points), (1, uv), (2, normals)):
        if known is not None and not (corners[:, place].min() >= 0 and corners[:, place].max() < len(known)):
            raise sdk.UserError(f"“{name}” can't be opened: its triangles refer to points that are not there.")
    corners[:, 1] *= uv is not None
    corners[:, 2] *= normals is not None
    unique, inverse = np.unique(corners, axis=0, return_inverse=True)
    colors = None
    if len(lists.colors) == len(points):
        shades = np.clip(np.nan_to_num(np.array(lists.colors)[unique[:, 0]]), 0.0, 1.0)
        colors = np.column_stack([np.rint(shades * 255.0), np.full(len(unique), 255)]).astype(np.uint8)
    return meshes.checked(
        name,
        points[unique[:, 0]],
        inverse.ravel()[meshes.fan(np.array(lists.counts, dtype=np.int64))],
        normals=None if normals is None else normals[unique[:, 2]],
        colors=colors,
        uv=None if uv is None else uv[unique[:, 1]],
    )


def _table(rows: list[list[float]], width: int) -> Array:
    import numpy as np

    return np.array(rows, dtype=np.float64).reshape(-1, width)


def embedded(path: Path) -> str | None:
    """The JSON text of the record inside an .obj, or None. Looks at its first lines only."""
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            for _ in range(20):
                line = stream.readline(1 << 24)
                if line.startswith(RECORD_MARK):
                    return line[len(RECORD_MARK) :].strip()
    except OSError:
        return None
    return None
