"""Named sets of values for a generator, kept in one file per generator under the studio's state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from studio.disk.durable import write_json
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Json
from studio.shell.logs import warn


class Presets:
    """The presets of all generators.

    Args:
        folder: where the files are; made when the first preset is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self, spec: GeneratorSpec) -> list[str]:
        """The names there are, sorted."""
        return sorted(self._read(spec), key=str.casefold)

    def get(self, spec: GeneratorSpec, name: str) -> dict[str, Json]:
        """The values saved as `name`; empty when there are none."""
        values = self._read(spec).get(name, {})
        return dict(values) if isinstance(values, dict) else {}

    def save(self, spec: GeneratorSpec, name: str, values: Mapping[str, Json]) -> None:
        """Save `values` as `name`, durably; secrets are left out. Raises `OSError` when the disk does not take it."""
        secrets = {field.name for field in spec.fields if field.kind == "secret"}
        known = self._read(spec)
        known[name] = {key: value for key, value in values.items() if key not in secrets}
        self._write(spec, known)

    def remove(self, spec: GeneratorSpec, name: str) -> None:
        """Forget a preset. Raises `OSError` when the disk does not take it."""
        known = self._read(spec)
        if known.pop(name, None) is not None:
            self._write(spec, known)

    def _file(self, spec: GeneratorSpec) -> Path:
        safe = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in spec.id)
        return self._folder / f"{safe}.json"

    def _read(self, spec: GeneratorSpec) -> dict[str, Json]:
        path = self._file(spec)
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            warn("The presets in %s could not be read: %s", path, error)
            aside = path.with_suffix(".broken.json")
            path.replace(aside)
            return {}
        return plain if isinstance(plain, dict) else {}

    def _write(self, spec: GeneratorSpec, known: Mapping[str, Json]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        write_json(self._file(spec), known)
