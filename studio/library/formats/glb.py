"""Binary glTF 2.0 (.glb), the form 3D results are kept in. Source: Khronos glTF 2.0 specification, 2021.

Written by hand, because the record goes into ``asset.extras`` and colours must be linear; read by hand, because every
offset and length in the JSON has to be held against the bytes that are really there before anything is allocated.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio.library.formats import images, limits, meshes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

RECORD_KEY = "atelier_record"
_FLOAT, _USHORT, _UINT = 5126, 5123, 5125
_ARRAY, _ELEMENT = 34962, 34963
JSON_LIMIT = 32 * 2**20
DEPTH_LIMIT = 64


class _Writer:
    """Collects buffer views and accessors."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, data: bytes, target: int | None = None) -> int:
        self.data.extend(b"\0" * (-len(self.data) % 4))
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        self.views.append(view if target is None else {**view, "target": target})
        self.data.extend(data)
        return len(self.views) - 1

    def accessor(self, values: Array, component: int, kind: str, target: int, **more: Any) -> int:
        view = self.view(values.tobytes(), target)
        entry = {"bufferView": view, "componentType": component, "count": len(values), "type": kind, **more}
        self.accessors.append(entry)
        return len(self.accessors) - 1


def write(mesh: sdk.Mesh, path: Path, record: Mapping[str, Any] | None) -> None:
    """Write a mesh with normals, colours, texture coordinates and texture as far as it has them."""
    writer = _Writer()
    primitive = {"attributes": _attributes(writer, mesh), "indices": _indices(writer, mesh), "material": 0}
    asset: dict[str, Any] = {"version": "2.0", "generator": "Atelier Studio"}
    if record is not None:
        asset["extras"] = {RECORD_KEY: record}
    document: dict[str, Any] = {
        "asset": asset,
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": mesh.title or "mesh"}],
        "meshes": [{"primitives": [primitive]}],
        **_material(writer, mesh),
        "accessors": writer.accessors,
        "bufferViews": writer.views,
    }
    document["buffers"] = [{"byteLength": len(writer.data)}]
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    text += b" " * (-len(text) % 4)
    writer.data.extend(b"\0" * (-len(writer.data) % 4))
    total = 12 + 8 + len(text) + 8 + len(writer.data)
    with path.open("wb") as out:
        out.write(struct.pack("<4sII", b"glTF", 2, total))
        out.write(struct.pack("<I4s", len(text), b"JSON") + text)
        out.write(struct.pack("<I4s", len(writer.data), b"BIN\0"))
        out.write(writer.data)


def _attributes(writer: _Writer, mesh: sdk.Mesh) -> dict[str, int]:
    import numpy as np

    points = np.ascontiguousarray(mesh.vertices, dtype="<f4")
    low, high = points.min(axis=0).astype(float).tolist(), points.max(axis=0).astype(float).tolist()
    attributes = {"POSITION": writer.accessor(points, _FLOAT, "VEC3", _ARRAY, min=low, max=high)}
    if mesh.normals is not None:
        normals = np.ascontiguousarray(mesh.normals, dtype="<f4")
        attributes["NORMAL"] = writer.accessor(normals, _FLOAT, "VEC3", _ARRAY)
    if mesh.colors is not None:
        # 16 bits, because 8 bits of linear light show steps in the shadows
        linear = np.rint(meshes.to_linear(mesh.colors) * 65_535.0).astype("<u2")
        attributes["COLOR_0"] = writer.accessor(linear, _USHORT, "VEC4", _ARRAY, normalized=True)
    if mesh.uv is not None:
        flipped = np.stack([mesh.uv[:, 0], 1.0 - mesh.uv[:, 1]], axis=1).astype("<f4")
        attributes["TEXCOORD_0"] = writer.accessor(flipped, _FLOAT, "VEC2", _ARRAY)
    return attributes


def _indices(writer: _Writer, mesh: sdk.Mesh) -> int:
    import numpy as np

    small = len(mesh.vertices) < 65_535
    flat = np.ascontiguousarray(mesh.faces, dtype="<u2" if small else "<u4").ravel()
    return writer.accessor(flat, _USHORT if small else _UINT, "SCALAR", _ELEMENT)


def _material(writer: _Writer, mesh: sdk.Mesh) -> dict[str, Any]:
    surface: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": 0.7}
    parts: dict[str, Any] = {}
    if mesh.texture is not None and mesh.uv is not None:
        picture = io.BytesIO()
        images.to_pillow(mesh.texture).save(picture, "PNG", compress_level=1)
        parts["images"] = [{"bufferView": writer.view(picture.getvalue()), "mimeType": "image/png"}]
        parts["samplers"] = [{"magFilter": 9729, "minFilter": 9987}]
        parts["textures"] = [{"source": 0, "sampler": 0}]
        surface["baseColorTexture"] = {"index": 0}
    material: dict[str, Any] = {"name": "surface", "pbrMetallicRoughness": surface, "doubleSided": True}
    if mesh.colors is not None and int(mesh.colors[:, 3].min()) < 255:
        material["alphaMode"] = "BLEND"
    parts["materials"] = [material]
    return parts


def document(path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk of a .glb file.

    Raises:
        UserError: its lengths do not fit the file, or the JSON is none.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        magic, version, total = struct.unpack("<4sII", stream.read(12).ljust(12, b"\0"))
        length, kind = struct.unpack("<I4s", stream.read(8).ljust(8, b"\0"))
        if magic != b"glTF" or version != 2 or total > size or kind != b"JSON" or length > min(size, JSON_LIMIT):
            raise limits.damaged(path.name, "3D model")
        text = stream.read(length)
        binary = b""
        header = stream.read(8)
        if len(header) == 8:
            length, kind = struct.unpack("<I4s", header)
            if kind != b"BIN\0" or length > size - stream.tell():
                raise limits.damaged(path.name, "3D model")
            binary = stream.read(length)
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise limits.damaged(path.name, "3D model") from error
    if not isinstance(plain, dict):
        raise limits.damaged(path.name, "3D model")
    return plain, binary


def read(path: Path) -> sdk.Mesh:
    """Read all triangles of the scene as one mesh, nodes' transforms applied.

    Raises:
        UserError: it is damaged, larger than `limits` allow, or needs an extension the studio does not read.
    """
    from studio.library.formats.glb_scene import Scene

    plain, binary = document(path)
    required = plain.get("extensionsRequired", [])
    if isinstance(required, list) and required:
        raise sdk.UserError(
            f"“{path.name}” can't be opened: it uses {str(required[0])[:60]}, which the studio does not read.",
            hint="Export it without compression.",
        )
    try:
        return Scene(path.name, plain, binary).mesh()
    except sdk.UserError:
        raise
    except limits.DECODER_ERRORS as error:
        raise limits.damaged(path.name, "3D model") from error


def embedded(path: Path) -> str | None:
    """The JSON text of the record inside a .glb file, or None."""
    try:
        plain, _binary = document(path)
        return json.dumps(plain["asset"]["extras"][RECORD_KEY], allow_nan=False)
    except (sdk.UserError, OSError, LookupError, TypeError, ValueError, RecursionError):
        return None
