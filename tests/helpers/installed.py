"""Installing plugins by hand: what ``pip install --target`` leaves behind, without pip's seconds."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path


def install(
    target: Path,
    module: Path,
    *,
    name: str = "",
    version: str = "1.0",
    entry: str = "",
    requires: Sequence[str] = (),
    editable: bool = False,
) -> Path:
    """Install one module with a class `Plugin` as a distribution and return its metadata folder.

    Args:
        target: a folder of the search path, made when it is not there.
        module: the ``.py`` file; copied unless `editable`.
        name: the distribution's, by default made from the module's name.
        version: the distribution's.
        entry: the entry point's name, by default the module's.
        requires: ``Requires-Dist`` lines.
        editable: leave the module where it is and write no RECORD of it, as an editable install does.
    """
    target.mkdir(parents=True, exist_ok=True)
    stem = module.stem
    name = name or f"bad-{stem.replace('_', '-')}"
    folder = target / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    (folder / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text(f"[studio.plugins]\n{entry or stem} = {stem}:Plugin\n", encoding="utf-8")
    if editable:
        (folder / "direct_url.json").write_text(
            json.dumps({"url": module.parent.as_uri(), "dir_info": {"editable": True}})
        )
        (folder / "RECORD").write_text(f"{folder.name}/METADATA,,\n", encoding="utf-8")
    else:
        shutil.copy(module, target / module.name)
        (folder / "RECORD").write_text(f"{module.name},,\n{folder.name}/METADATA,,\n", encoding="utf-8")
    return folder
