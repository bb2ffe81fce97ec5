"""What the readers and writers of 3D files share: checks of geometry, and colours between sRGB and linear light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio import sdk
from studio.library.formats import limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

EXTENT = 1e9
"""Coordinates beyond this many metres are taken for damage."""
_AT_ONCE = 8192
"""Triangles that are hashed at a time."""


def checked(
    name: str,
    vertices: Array,
    faces: Array,
    *,
    normals: Array | None = None,
    colors: Array | None = None,
    uv: Array | None = None,
    texture: sdk.Image | None = None,
) -> sdk.Mesh:
    """A mesh whose geometry is sound; attributes that do not fit the vertices are left out.

    Raises:
        UserError: no faces, coordinates that are no numbers or absurdly large, or faces that name missing vertices.
    """
    import numpy as np

    vertices = np.ascontiguousarray(vertices, dtype=np.float32)
    if not len(vertices) or not len(faces):
        raise sdk.UserError(f"“{name}” can't be opened: it holds no surface (no triangles).")
    if not np.isfinite(vertices).all() or float(np.abs(vertices).max()) > EXTENT:
        raise sdk.UserError(f"“{name}” can't be opened: some of its points are not at any place.")
    if int(faces.min()) < 0 or int(faces.max()) >= len(vertices):
        raise sdk.UserError(f"“{name}” can't be opened: its triangles refer to points that are not there.")
    count = len(vertices)
    return sdk.Mesh(
        vertices=vertices,
        faces=np.ascontiguousarray(faces, dtype=np.uint32),
        normals=_unit(_fitting(normals, count)),
        colors=None if colors is None or len(colors) != count else np.ascontiguousarray(colors, dtype=np.uint8),
        uv=_fitting(uv, count),
        texture=texture if uv is not None else None,
    )


def check_counts(name: str, vertices: int, faces: int) -> None:
    """Raises `UserError` when a file claims more than `limits` allow."""
    if vertices > limits.MESH_VERTICES or faces > limits.MESH_FACES:
        most = f"{limits.MESH_VERTICES // 10**6} million points and {limits.MESH_FACES // 10**6} million triangles"
        raise limits.too_large(name, f"3D models may have {most}")


def _fitting(values: Array | None, count: int) -> Array | None:
    import numpy as np

    if values is None or len(values) != count:
        return None
    values = np.ascontiguousarray(values, dtype=np.float32)
    return values if np.isfinite(values).all() else None


def _unit(normals: Array | None) -> Array | None:
    import numpy as np

    if normals is None:
        return None
    lengths = np.linalg.norm(normals.astype(np.float64), axis=1, keepdims=True)
    if (lengths < 1e-12).any():
        return None  # a normal without direction: the viewer computes its own
    return np.asarray(normals / lengths, dtype=np.float32)


def fan(counts: Array) -> Array:
    """Triangles of convex polygons: [m, 3] positions into the row of all their corners.

    Args:
        counts: corners of each polygon, ≥ 3.
    """
    import numpy as np

    first = np.cumsum(counts) - counts
    triangles = counts - 2
    start = np.repeat(first, triangles)
    step = np.arange(int(triangles.sum())) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    return np.stack([start, start + step + 1, start + step + 2], axis=1)


def merged(soup: Array) -> tuple[Array, Array]:
    """Points and triangles [m, 3] of a triangle soup [m, 3, 3], equal points made one."""
    import numpy as np

    flat = np.ascontiguousarray(soup.reshape(-1, 3), dtype=np.float32) + np.float32(0.0)  # −0 becomes 0
    keys = flat.view(np.dtype((np.void, 12))).ravel()
    _unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return flat[first[order]], rank[inverse.ravel()].reshape(-1, 3)


def to_linear(colors: Array) -> Array:
    """SRGB bytes [n, 4] to linear light, float64 0…1; alpha stays as it is (IEC 61966-2-1)."""
    import numpy as np

    values = np.arange(256) / 255.0
    table = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    linear = table[colors]
    linear[:, 3] = colors[:, 3] / 255.0
    return np.asarray(linear)


def to_srgb(linear: Array) -> Array:
    """Linear light [n, 3 or 4] 0…1 to sRGB bytes [n, 4]."""
    import numpy as np

    bounded = np.clip(np.nan_to_num(linear), 0.0, 1.0)
    encoded = np.where(bounded <= 0.0031308, bounded * 12.92, 1.055 * bounded ** (1 / 2.4) - 0.055)
    colors = np.full((len(linear), 4), 255, dtype=np.uint8)
    colors[:, :3] = np.rint(encoded[:, :3] * 255.0)
    if linear.shape[1] == 4:
        colors[:, 3] = np.rint(bounded[:, 3] * 255.0)
    return colors


def is_watertight(mesh: sdk.Mesh) -> bool:
    """Whether every edge joins exactly two triangles, once in each direction, points at one place counting as one.

    Places and edges are compared by 64-bit hashes: looking for equal ones among a hundred thousand takes a tenth of the
    time that sorting the places would, and the artist waits for it. That each edge is passed in both directions is told
    by a fingerprint of all edges from a to b and one of all from b to a (Schwartz 1980).
    """
    import numpy as np

    hashes = _hashes(mesh.vertices.astype(np.float32).round(7))
    first, second = hashes | np.uint64(1), _mixed(hashes) | np.uint64(1)  # products of odd numbers lose no bits
    edges = np.empty((len(mesh.faces), 3), dtype=np.uint64)
    count = backward = 0
    for start in range(0, len(mesh.faces), _AT_ONCE):  # in pieces that stay in the cache
        corners = mesh.faces[start : start + _AT_ONCE].T
        ones, others = first[corners], second[corners]
        whole = (ones[0] != ones[1]) & (ones[1] != ones[2]) & (ones[2] != ones[0])
        if not whole.all():
            ones, others = ones.compress(whole, axis=1), others.compress(whole, axis=1)
        found = edges[count : count + ones.shape[1]]
        count += len(found)
        for corner, following in ((0, 1), (1, 2), (2, 0)):
            np.multiply(ones[corner], others[following], out=found[:, corner])
            backward += int(np.dot(others[corner], ones[following]))
    forward = edges[:count].ravel()
    return count > 0 and int(forward.sum()) == backward % 2**64 and _all_different(forward)


def is_solid(mesh: sdk.Mesh) -> bool:
    """Whether the surface is closed and each connected part of it shows its front outward.

    From outside, no triangle of such a mesh is seen from behind; a hollow with an inner wall is not counted as one.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not is_watertight(mesh):
        return False
    _, places = np.unique(_hashes(mesh.vertices.astype(np.float32).round(7)), return_inverse=True)
    first, second, third = places[mesh.faces.astype(np.int64)].T
    edges = (np.concatenate([first, second]), np.concatenate([second, third]))
    shape = (int(places.max()) + 1,) * 2
    _, parts = connected_components(coo_array((np.ones(len(edges[0]), np.int8), edges), shape), directed=False)
    middle = mesh.vertices.astype(np.float64).mean(axis=0)
    one, two, three = ((mesh.vertices - middle)[mesh.faces[:, corner].astype(np.int64)] for corner in range(3))
    six_volumes = np.bincount(parts[first], np.einsum("ij,ij->i", one, np.cross(two, three)))
    return bool((six_volumes[np.unique(parts[first])] > 0).all())


def _all_different(hashes: Array) -> bool:
    """Whether no hash occurs twice.

    All are laid into a table by their upper bits; only those that another one overwrote are sorted.
    """
    import numpy as np

    count = len(hashes)
    bits = max(1, (2 * count - 1).bit_length())
    places = (hashes >> np.uint64(64 - bits)).astype(np.intp)
    numbers = np.arange(count, dtype=np.int32)
    table = np.empty(1 << bits, dtype=np.int32)
    table[places] = numbers
    winners = table[places]
    lost = np.flatnonzero(winners != numbers)
    if (hashes[lost] == hashes[winners[lost]]).any():
        return False
    rest = np.sort(hashes[lost])
    return bool((rest[1:] != rest[:-1]).all())


def _hashes(places: Array) -> Array:
    """A 64-bit hash of each place [n, 3]."""
    import numpy as np

    bits = (places + np.float32(0.0)).view(np.uint32).astype(np.uint64)  # −0 becomes 0
    hashes = np.zeros(len(places), dtype=np.uint64)
    for axis in range(3):
        hashes = _mixed(hashes + bits[:, axis])
    return hashes


def _mixed(values: Array) -> Array:
    """Every bit of a 64-bit number spread over all of them (SplitMix64; Steele, Lea and Flood 2014)."""
    import numpy as np

    values = values + np.uint64(0x9E3779B97F4A7C15)
    aside = np.empty_like(values)  # fresh memory costs more here than the arithmetic
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values ^= np.right_shift(values, np.uint64(shift), out=aside)
        values *= np.uint64(factor)
    values ^= np.right_shift(values, np.uint64(31), out=aside)
    return np.asarray(values)


def facts(mesh: sdk.Mesh) -> dict[str, Any]:
    """Vertices, faces, size along x, y, z in metres, watertight or not, and what the surface carries."""
    # An axis at a time: along columns NumPy finds the ends thirty times slower.
    size = [axis.max() - axis.min() for axis in mesh.vertices.T.copy()] if len(mesh.vertices) else (0.0, 0.0, 0.0)
    return {
        "vertices": len(mesh.vertices),
        "faces": len(mesh.faces),
        "size": [round(float(length), 6) for length in size],
        "watertight": is_watertight(mesh) if len(mesh.faces) <= 2_000_000 else mesh.watertight,
        "colors": mesh.colors is not None,
        "texture": mesh.texture is not None,
    }
