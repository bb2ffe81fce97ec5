"""The scene in a glTF document, gathered into one mesh. Every number comes from outside and is checked before use."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio.library.formats import limits, meshes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_NODES = 100_000
_DEPTH = 64


class Scene:
    """Reads one document.

    Args:
        name: the file, for messages.
        plain: the document's JSON.
        binary: its binary chunk.
    """

    def __init__(self, name: str, plain: dict[str, Any], binary: bytes) -> None:
        self._name = name
        self._plain = plain
        self._binary = binary
        self._deadline = limits.Deadline(name)
        self._points = 0
        self._triangles = 0

    def mesh(self) -> sdk.Mesh:
        """All triangles as one mesh. Raises `UserError`, or what Python raises on JSON of the wrong shape."""
        import numpy as np

        parts = [part for node, matrix in self._nodes() for part in self._node_parts(node, matrix)]
        if not parts:
            raise sdk.UserError(f"“{self._name}” can't be opened: it holds no surface (no triangles).")
        offsets = np.cumsum([0] + [len(part["POSITION"]) for part in parts[:-1]])
        faces = np.concatenate([part["faces"] + offset for part, offset in zip(parts, offsets, strict=True)])
        merged = {name: _joined(parts, name) for name in ("POSITION", "NORMAL", "COLOR_0", "TEXCOORD_0")}
        texture = self._texture(parts[0]["material"]) if merged["TEXCOORD_0"] is not None else None
        return meshes.checked(
            self._name,
            _required(merged["POSITION"]),
            faces,
            normals=merged["NORMAL"],
            colors=None if merged["COLOR_0"] is None else meshes.to_srgb(merged["COLOR_0"]),
            uv=_flipped(merged["TEXCOORD_0"]),
            texture=texture,
        )

    def _list(self, name: str) -> list[Any]:
        value = self._plain.get(name, [])
        if not isinstance(value, list):
            raise TypeError(f"{name} is not a list")
        return value

    def _entry(self, name: str, index: Any) -> dict[str, Any]:
        entries = self._list(name)
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(entries):
            raise IndexError(f"{name}[{index}]")
        entry = entries[index]
        if not isinstance(entry, dict):
            raise TypeError(f"{name}[{index}] is not an object")
        return entry

    def _nodes(self) -> Iterator[tuple[dict[str, Any], Array]]:
        """Nodes of the scene that hold a mesh, with their world transforms."""
        import numpy as np

        if not self._list("scenes"):
            waiting = [(index, np.eye(4), 0) for index in range(len(self._list("nodes")))][:_NODES]
        else:
            roots = self._entry("scenes", self._plain.get("scene", 0)).get("nodes", [])
            waiting = [(index, np.eye(4), 0) for index in roots]
        seen = 0
        while waiting:
            index, above, depth = waiting.pop(0) if len(waiting) < 1000 else waiting.pop()
            seen += 1
            if seen > _NODES or depth > _DEPTH:
                raise limits.too_large(self._name, "its scene is too complicated")
            node = self._entry("nodes", index)
            matrix = above @ _transform(node)
            if "mesh" in node:
                yield node, matrix
            waiting.extend((child, matrix, depth + 1) for child in node.get("children", []))

    def _node_parts(self, node: dict[str, Any], matrix: Array) -> Iterator[dict[str, Any]]:
        import numpy as np

        for primitive in self._entry("meshes", node["mesh"])["primitives"]:
            self._deadline.check()
            mode = primitive.get("mode", _TRIANGLES)
            if mode not in (_TRIANGLES, _STRIP, _FAN):
                continue
            part = self._primitive(primitive, mode)
            part["POSITION"] = part["POSITION"] @ matrix[:3, :3].T + matrix[:3, 3]
            if part.get("NORMAL") is not None:
                turned = np.linalg.pinv(matrix[:3, :3]) if np.isfinite(matrix).all() else np.eye(3)
                part["NORMAL"] = part["NORMAL"] @ turned
            if np.linalg.det(matrix[:3, :3]) < 0:
                part["faces"] = part["faces"][:, ::-1]  # a mirrored part would be inside out
            yield part

    def _primitive(self, primitive: dict[str, Any], mode: int) -> dict[str, Any]:
        import numpy as np

        attributes = primitive["attributes"]
        points = self._accessor(attributes["POSITION"], widths=(3,))
        part: dict[str, Any] = {"POSITION": points.astype(np.float64), "material": primitive.get("material")}
        for name, widths in (("NORMAL", (3,)), ("COLOR_0", (3, 4)), ("TEXCOORD_0", (2,))):
            values = self._accessor(attributes[name], widths) if name in attributes else None
            part[name] = values if values is not None and len(values) == len(points) else None
        if part["COLOR_0"] is not None and part["COLOR_0"].shape[1] == 3:
            part["COLOR_0"] = np.column_stack([part["COLOR_0"], np.ones(len(points))])
        if "indices" in primitive:
            order = self._accessor(primitive["indices"], (1,), scaled=False).ravel().astype(np.int64)
        else:
            order = np.arange(len(points), dtype=np.int64)
        part["faces"] = _triangles(order, mode)
        if len(order) and int(order.max()) >= len(points):
            raise sdk.UserError(f"“{self._name}” can't be opened: its triangles refer to points that are not there.")
        self._points += len(points)
        self._triangles += len(part["faces"])
        meshes.check_counts(self._name, self._points, self._triangles)
        return part

    def _accessor(self, index: Any, widths: tuple[int, ...], *, scaled: bool = True) -> Array:
        """An accessor's values [count, width], normalised integers turned into 0…1 (or −1…1) when `scaled`."""
        import numpy as np

        entry = self._entry("accessors", index)
        if "sparse" in entry:
            raise limits.damaged(self._name, "3D model the studio can read (it has sparse accessors)")
        dtype = np.dtype(_COMPONENTS[entry["componentType"]])
        width, count = _WIDTHS[entry["type"]], entry["count"]
        if width not in widths or not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError("accessor of the wrong shape")
        meshes.check_counts(self._name, count // (3 if widths == (1,) else 1), 0)
        view = self._entry("bufferViews", entry["bufferView"])
        row = width * dtype.itemsize
        stride = view.get("byteStride", row)
        start, end = self._range(view)
        start += _natural(entry.get("byteOffset", 0))
        if not isinstance(stride, int) or not row <= stride <= 252 or start + stride * (count - 1) + row > end:
            raise ValueError("accessor outside its buffer")
        values = np.ndarray((count, width), dtype, self._binary, start, (stride, dtype.itemsize))
        if not scaled or dtype.kind == "f":
            return values.copy()
        return np.maximum(values / float(np.iinfo(dtype).max), -1.0)

    def _range(self, view: dict[str, Any]) -> tuple[int, int]:
        """Where a buffer view begins and ends in the binary chunk."""
        if view.get("buffer", 0) != 0 or "uri" in self._entry("buffers", 0):
            raise ValueError("only the buffer inside the file is read")
        start = _natural(view.get("byteOffset", 0))
        end = start + _natural(view["byteLength"])
        if end > len(self._binary):
            raise ValueError("buffer view outside the file")
        return start, end

    def _texture(self, material: Any) -> sdk.Image | None:
        """The base-colour picture of a material; None where there is none that can be read."""
        import numpy as np
        import PIL.Image

        if material is None:
            return None
        surface = self._entry("materials", material).get("pbrMetallicRoughness", {})
        if "baseColorTexture" not in surface:
            return None
        texture = self._entry("textures", surface["baseColorTexture"]["index"])
        image = self._entry("images", texture["source"])
        if "bufferView" not in image:
            return None
        start, end = self._range(self._entry("bufferViews", image["bufferView"]))
        with PIL.Image.open(io.BytesIO(self._binary[start:end]), formats=("PNG", "JPEG", "WEBP")) as picture:
            width, height = picture.size
            if max(width, height) > limits.IMAGE_SIDE or width * height > limits.IMAGE_PIXELS:
                raise limits.too_large(self._name, "its texture is too large")
            mode = "RGBA" if picture.mode in ("RGBA", "LA", "PA") else "RGB"
            return sdk.Image(np.array(picture.convert(mode)))


def _natural(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a natural number")
    return value


def _flipped(uv: Array | None) -> Array | None:
    """GlTF's texture coordinates run downwards, ours upwards."""
    import numpy as np

    return None if uv is None else np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1)


def _required(values: Array | None) -> Array:
    if values is None:
        raise ValueError("no points")
    return values


def _joined(parts: list[dict[str, Any]], name: str) -> Array | None:
    """One attribute of all parts, or None unless every part has it."""
    import numpy as np

    values = [part[name] for part in parts]
    return None if any(value is None for value in values) else np.concatenate(values)


def _triangles(order: Array, mode: int) -> Array:
    import numpy as np

    if mode == _TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if mode == _FAN:
        return np.stack([np.full(max(0, len(order) - 2), order[0]), order[1:-1], order[2:]], axis=1)
    strip = np.stack([order[:-2], order[1:-1], order[2:]], axis=1)
    strip[1::2] = strip[1::2, [1, 0, 2]]
    return strip


def _transform(node: dict[str, Any]) -> Array:
    """A node's local transform, 4 × 4 (glTF 2.0, section 3.5.3)."""
    import numpy as np

    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    x, y, z, w = (float(value) for value in node.get("rotation", (0, 0, 0, 1)))
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * np.array(node.get("scale", (1, 1, 1)), dtype=np.float64).reshape(1, 3)
    matrix[:3, 3] = np.array(node.get("translation", (0, 0, 0)), dtype=np.float64).reshape(3)
    return matrix
