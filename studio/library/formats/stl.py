"""STL, the format of 3D printing: triangles only, by convention in millimetres with z up."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio import sdk
from studio.library.formats import limits, meshes

_HEADER = b"Atelier Studio; units: %s; up: %s"
_FACET = [("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("attribute", "<u2")]
_VERTEX = re.compile(rb"vertex\s+(\S{1,40})\s+(\S{1,40})\s+(\S{1,40})")


def write(mesh: sdk.Mesh, path: Path, options: Mapping[str, Any]) -> None:
    """Write binary STL.

    Args:
        mesh: its normals are computed from the triangles, as the format wants.
        path: where.
        options: ``millimetres`` (default true): scale metres to millimetres, which slicers expect; ``z_up`` (default
            true): turn the model so that it stands on the printing bed.
    """
    import numpy as np

    millimetres, z_up = bool(options.get("millimetres", True)), bool(options.get("z_up", True))
    points = mesh.vertices.astype(np.float64)
    if z_up:
        points = np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)
    if millimetres:
        points *= 1000.0
    facets = np.zeros(len(mesh.faces), dtype=_FACET)
    facets["corners"] = points[mesh.faces.astype(np.int64)]
    corners = facets["corners"].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    facets["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    header = _HEADER % (b"mm" if millimetres else b"m", b"z" if z_up else b"y")
    with path.open("wb") as out:
        out.write(header.ljust(80, b"\0") + struct.pack("<I", len(facets)))
        out.write(facets.tobytes())


def read(path: Path) -> sdk.Mesh:
    """Read binary or ASCII STL; taken as millimetres with z up unless its header, written by us, says otherwise.

    Raises:
        UserError: its size does not fit its number of triangles, or its geometry is unsound.
    """
    import numpy as np

    size = path.stat().st_size
    with path.open("rb") as stream:
        header = stream.read(84)
    count = int.from_bytes(header[80:84], "little")
    if size == 84 + 50 * count:
        meshes.check_counts(path.name, 0, count)
        facets = np.fromfile(path, dtype=np.dtype(_FACET), count=count, offset=84)
        soup = facets["corners"]
    elif header.lstrip()[:5].lower() == b"solid":
        soup = _ascii(path, size)
    else:
        raise limits.damaged(path.name, "STL model")
    if not len(soup) or not np.isfinite(soup).all():
        raise limits.damaged(path.name, "STL model")
    points, faces = meshes.merged(soup)
    if b"units: m;" not in header:
        points = points * np.float32(0.001)
    if b"up: y" not in header:
        points = np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)
    return meshes.checked(path.name, points, faces)


def _ascii(path: Path, size: int) -> Any:
    import numpy as np

    if size > limits.MESH_TEXT_BYTES:
        raise limits.too_large(path.name, f"3D models written as text may have {limits.MESH_TEXT_BYTES // 2**20} MB")
    deadline = limits.Deadline(path.name)
    values: list[tuple[bytes, bytes, bytes]] = []
    for found in _VERTEX.finditer(path.read_bytes()):
        values.append(found.groups())  # type: ignore[arg-type]  # three groups, all taken part
        if not len(values) % 65_536:
            deadline.check()
            meshes.check_counts(path.name, 0, len(values) // 3)
    try:
        points = np.array(values, dtype="S40").astype(np.float32)
    except ValueError as error:
        raise limits.damaged(path.name, "STL model") from error
    if not len(values) or len(values) % 3:
        raise limits.damaged(path.name, "STL model")
    return points.reshape(-1, 3, 3)
