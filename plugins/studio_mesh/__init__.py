"""The studio's own 3D generators, `studio.mesh.forms`, `studio.mesh.relief` and `studio.mesh.voxel`, and its trainer.

Only the descriptions load with this package; numpy, torch and the geometry load when something is made or taught.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import studio.sdk as sdk
from studio_mesh.forms import Forms
from studio_mesh.relief import Relief
from studio_mesh.texts import TEXTS
from studio_mesh.training.voxels import TrainVoxels
from studio_mesh.voxel import VoxelObjects
from studio_mesh.voxel_texts import ZH_CN

__all__ = ["Forms", "Plugin", "Relief", "TrainVoxels", "VoxelObjects"]


class Plugin:
    """What this package adds to the studio."""

    @sdk.hookimpl
    def studio_generators(self) -> Sequence[type[sdk.Generator]]:
        """The generators and the trainer."""
        return [Forms, Relief, VoxelObjects, TrainVoxels]

    @sdk.hookimpl
    def studio_translations(self) -> Mapping[str, Mapping[str, str]]:
        """Simplified Chinese."""
        return {"zh_CN": {**ZH_CN, **TEXTS["zh_CN"]}}
