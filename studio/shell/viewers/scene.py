"""What the 3D view draws: geometries made from measured buffers and a floor grid."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QVector3D
from PySide6.QtQuick3D import QQuick3DGeometry

from studio.shell.viewers.inspecting import STRIDE

_Attribute = QQuick3DGeometry.Attribute
_SPECK = 1e-4
_FLOOR_HALF, _FLOOR_CELLS = 3.0, 24


def model_geometry(vertices: bytes, indices: bytes, low: Sequence[float], high: Sequence[float]) -> QQuick3DGeometry:
    """A triangle mesh from the buffers the inspecting process wrote (see `inspecting.mesh`)."""
    made = QQuick3DGeometry()
    made.setVertexData(QByteArray(vertices))
    made.setIndexData(QByteArray(indices))
    made.setStride(STRIDE)
    made.setPrimitiveType(QQuick3DGeometry.PrimitiveType.Triangles)
    made.setBounds(QVector3D(*low), QVector3D(*high))
    for semantic, offset in (
        (_Attribute.Semantic.PositionSemantic, 0),
        (_Attribute.Semantic.NormalSemantic, 12),
        (_Attribute.Semantic.ColorSemantic, 24),
        (_Attribute.Semantic.TexCoordSemantic, 40),
    ):
        made.addAttribute(semantic, offset, _Attribute.ComponentType.F32Type)
    made.addAttribute(_Attribute.Semantic.IndexSemantic, 0, _Attribute.ComponentType.U32Type)
    return made


def speck_geometry() -> QQuick3DGeometry:
    """A triangle too small to be seen, of the same make as a model."""
    corners = ((0.0, 0.0, 0.0), (_SPECK, 0.0, 0.0), (0.0, _SPECK, 0.0))
    vertices = b"".join(struct.pack("<12f", *corner, 0, 0, 1, 1, 1, 1, 1, 0, 0) for corner in corners)
    return model_geometry(vertices, struct.pack("<3I", 0, 1, 2), corners[0], (_SPECK, _SPECK, 0.0))


def floor_geometry() -> QQuick3DGeometry:
    """A grid of lines in the plane y = 0 that fades out with the distance from its middle."""
    data = bytearray()
    step = 2 * _FLOOR_HALF / _FLOOR_CELLS
    for line in range(_FLOOR_CELLS + 1):
        across = -_FLOOR_HALF + line * step
        strength = 1.0 if line % 4 == 0 else 0.45
        for cell in range(_FLOOR_CELLS):
            for end in (cell, cell + 1):
                along = -_FLOOR_HALF + end * step
                fade = strength * max(0.0, 1 - math.hypot(across, along) / _FLOOR_HALF)
                data += struct.pack("<7f", across, 0, along, 1, 1, 1, fade)
            for end in (cell, cell + 1):
                along = -_FLOOR_HALF + end * step
                fade = strength * max(0.0, 1 - math.hypot(across, along) / _FLOOR_HALF)
                data += struct.pack("<7f", along, 0, across, 1, 1, 1, fade)
    made = QQuick3DGeometry()
    made.setVertexData(QByteArray(bytes(data)))
    made.setStride(28)
    made.setPrimitiveType(QQuick3DGeometry.PrimitiveType.Lines)
    made.setBounds(QVector3D(-_FLOOR_HALF, 0, -_FLOOR_HALF), QVector3D(_FLOOR_HALF, 0, _FLOOR_HALF))
    made.addAttribute(_Attribute.Semantic.PositionSemantic, 0, _Attribute.ComponentType.F32Type)
    made.addAttribute(_Attribute.Semantic.ColorSemantic, 12, _Attribute.ComponentType.F32Type)
    return made
