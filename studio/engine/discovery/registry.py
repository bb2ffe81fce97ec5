"""All plugins and all generators, as the host sees them. Warm, it costs a few milliseconds and imports no SDK."""

from __future__ import annotations

import sys
from functools import cached_property

from studio.engine.discovery.cache import CHECKOUT, DescriptorCache
from studio.engine.discovery.switches import PluginSwitches

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from typing import Any

    from studio.disk.home import Home
    from studio.engine.discovery.plugins import PluginInfo
    from studio.engine.discovery.sources import Source
    from studio.sdk import GeneratorSpec

STUDIO = "atelier-studio"
READY = "ready"

PIP_NAMES = {
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "cv2": "opencv-python",
    "yaml": "pyyaml",
}
"""Distributions whose module is called otherwise."""


class Registry:
    """What discovery found.

    Attributes:
        descriptors: generators that can be used, by id, as JSON (see `GeneratorSpec.to_json`).
        switches: the artist's decisions; after changing one, discover again.
    """

    def __init__(
        self,
        rows: Sequence[PluginInfo | Mapping[str, Any]],
        descriptors: Mapping[str, dict[str, Any]],
        switches: PluginSwitches,
    ) -> None:
        self._rows = rows
        self.descriptors = descriptors
        self.switches = switches

    @cached_property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """Every plugin with its state, the studio's own first, then by distribution and name."""
        from studio.engine.discovery.plugins import PluginInfo

        return tuple(row if isinstance(row, PluginInfo) else PluginInfo.from_json(row) for row in self._rows)

    @classmethod
    def discover(
        cls,
        home: Home,
        *,
        consent: Container[str] | None = None,
        refresh: bool = False,
        path: list[str] | None = None,
        limit: float = 10.0,
        tell: Callable[[str], None] | None = None,
    ) -> Registry:
        """Find every plugin; only what is new or changed is loaded, each in a process of its own.

        Args:
            home: where the cache and the artist's decisions are.
            consent: distributions whose code may run besides the studio's own, ``PluginSwitches(home).allowed`` by
                default: on the command line all that are installed. The window passes ``consented``.
            refresh: load every plugin again, whatever the cache says.
            path: where modules are searched; ``sys.path`` by default.
            limit: seconds a plugin may take to load.
            tell: called with the name of a distribution that is being loaded, on another thread.

        Raises:
            UserError: the file with the artist's decisions is damaged.
        """
        search = [entry for entry in (sys.path if path is None else path) if entry]
        return _Discovery(home, consent, search, limit, tell).run(refresh=refresh)

    @cached_property
    def specs(self) -> dict[str, GeneratorSpec]:
        """Generators that can be used, by id; those that first need a choice of the artist's stand last."""
        from studio.sdk import GeneratorSpec

        makers = self.makers
        specs = [makers.get(name) or GeneratorSpec.from_json(plain) for name, plain in self.descriptors.items()]
        return _by_id(specs)

    @cached_property
    def makers(self) -> dict[str, GeneratorSpec]:
        """Those of `specs` that make something: all that the window opens with. Trainers have longer descriptions."""
        from studio.sdk import GeneratorSpec

        return _by_id(GeneratorSpec.from_json(plain) for plain in self.descriptors.values() if not plain["teaches"])

    def spec(self, generator: str) -> GeneratorSpec:
        """The generator with this id. Raises `UserError` naming the closest one, or why its plugin is not ready."""
        if generator in self.descriptors:
            return self.specs[generator]
        from studio.engine.discovery.answers import no_such_generator

        raise no_such_generator(self, generator)

    def find(self, name: str) -> tuple[PluginInfo, ...]:
        """Plugins called `name`: by key, distribution or entry point. Raises `UserError` when there is none."""
        found = tuple(row for row in self.plugins if name in (row.key, row.distribution, row.name))
        if found:
            return found
        from studio.engine.discovery.answers import no_such_plugin

        raise no_such_plugin(self, name)


def _by_id(specs: Iterable[GeneratorSpec]) -> dict[str, GeneratorSpec]:
    return {spec.id: spec for spec in sorted(specs, key=lambda spec: spec.needs_choice)}


class _Discovery:
    """One run of discovery, from folders to rows."""

    def __init__(
        self,
        home: Home,
        consent: Container[str] | None,
        path: list[str],
        limit: float,
        tell: Callable[[str], None] | None,
    ) -> None:
        self._cache = DescriptorCache(home.descriptors)
        self._switches = PluginSwitches(home)
        self._consent = self._switches.allowed if consent is None else consent
        self._path = path
        self._limit = limit
        self._tell = tell

    def run(self, *, refresh: bool) -> Registry:
        """Find, load what must be loaded, judge."""
        locations, changed = self._cache.announced(self._path)
        sources = self._sources(locations)
        for source in sources:
            if refresh or changed:
                _forget(source, everything=refresh)
        self._scout(sources)
        if changed:
            self._look_for_modules(sources)
        if self._cache.changed:
            self._cache.save(self._path)
        return self._judge(sources)

    def _sources(self, locations: list[str]) -> list[dict[str, Any]]:
        """What each location announces, the first of equal distributions only, the checkout's own if it has to."""
        chosen: dict[str, dict[str, Any]] = {}
        for location in locations:
            known = self._known(location)
            chosen.setdefault(known["distribution"], known)
        project = CHECKOUT / "pyproject.toml"
        if STUDIO not in chosen and project.is_file():
            chosen[STUDIO] = self._known(str(project))
        return sorted(chosen.values(), key=lambda known: (known["distribution"] != STUDIO, known["distribution"]))

    def _known(self, location: str) -> dict[str, Any]:
        """The cache's entry of a source, read anew when any file it depends on changed."""
        known = self._cache.fresh(location)
        if known is not None:
            return known
        from studio.engine.discovery.sources import read_source

        source = read_source(location, self._path)
        before = self._cache.sources.get(location)
        found = before["found"] if before is not None and before["content"] == source.content else {}
        known = {**_plain(source), "found": found}
        self._cache.sources[location] = known
        self._cache.changed = True
        return known

    def _may_run(self, source: dict[str, Any], name: str) -> bool:
        return self._hindrance(source, name) is None and not source["problem"] and not source["incompatible"]

    def _hindrance(self, source: dict[str, Any], name: str) -> tuple[str, str] | None:
        """Why the artist's decisions keep a plugin from running, if they do."""
        key = f"{source['distribution']}:{name}"
        if key in self._switches.quarantined:
            return "quarantined", self._switches.quarantined[key]
        if key in self._switches.disabled:
            return "disabled", "You switched it off."
        own = source["distribution"] == STUDIO
        if not own and self._consent is not None and source["distribution"] not in self._consent:
            return (
                "needs consent",
                "It is installed but has not run yet. Allow it to run if you trust its author.",
            )
        return None

    def _scout(self, sources: list[dict[str, Any]]) -> None:
        """Load every entry point that may run and is not known."""
        due = []
        for source in sources:
            entries = [(name, target) for name, target in source["entries"]
                       if name not in source["found"] and self._may_run(source, name)]  # fmt: skip
            if entries:
                due.append((source, entries))
        if not due:
            return
        from studio.engine.discovery.scouting import Errand, scout_all

        errands = [
            Errand(source["distribution"], source["version"], entries, self._path, self._limit)
            for source, entries in due
        ]
        for (source, _), reports in zip(due, scout_all(errands, self._tell), strict=True):
            for report in reports:
                source["found"][report.entry] = {**vars(report), "descriptors": list(report.descriptors)}
        self._cache.changed = True
        self._look_for_modules([source for source, _ in due])

    def _look_for_modules(self, sources: list[dict[str, Any]]) -> None:
        """Note which modules that generators need are not installed."""
        from studio.engine.discovery.sources import module_exists

        for source in sources:
            for found in source["found"].values():
                needed = {plain["id"]: plain["needs"]["modules"] for plain in found["descriptors"]}
                lacking = {
                    name: [module for module in modules if not module_exists(module, self._path)]
                    for name, modules in needed.items()
                }
                found["missing"] = {name: modules for name, modules in lacking.items() if modules}

    def _judge(self, sources: list[dict[str, Any]]) -> Registry:
        """Rows and usable descriptors; of two generators with one id the first keeps it."""
        rows: list[dict[str, Any]] = []
        descriptors: dict[str, dict[str, Any]] = {}
        owners: dict[str, dict[str, Any]] = {}
        for source in sources:
            for name, target in sorted(source["entries"]):
                row = self._row(source, name, target)
                offered = source["found"][name]["descriptors"] if row["state"] == READY else ()
                rival = next((owners[plain["id"]] for plain in offered if plain["id"] in owners), None)
                if rival is not None:
                    row, offered = _duplicate(row, rival), ()
                rows.append(row)
                owners.update((plain["id"], row) for plain in offered)
                translations = source["found"][name]["translations"] if offered else {}
                descriptors.update(
                    (plain["id"], {**plain, "translations": translations})
                    for plain in offered
                    if plain["id"] not in row["missing"]
                )
        return Registry(rows, descriptors, self._switches)

    def _row(self, source: dict[str, Any], name: str, target: str) -> dict[str, Any]:
        """One row in the form of `PluginInfo.to_json`: a warm start that lists generators never needs the class."""
        row = {
            "name": name,
            "distribution": source["distribution"],
            "version": source["version"],
            "target": target,
            "state": "broken",
            "reason": source["problem"],
            "generators": [],
            "missing": {},
            "first_party": source["distribution"] == STUDIO,
            "location": source["location"],
        }
        if source["problem"]:
            return row
        if source["incompatible"]:
            return {**row, "state": "incompatible", "reason": _other_studio(source["incompatible"])}
        found = source["found"].get(name)
        if found is not None:
            row = _with_findings(row, found)
        hindrance = self._hindrance(source, name)
        return row if hindrance is None else {**row, "state": hindrance[0], "reason": hindrance[1], "details": ""}


def _with_findings(row: dict[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The row completed by what the scout reported."""
    names = [plain["id"] for plain in found["descriptors"]]
    missing: dict[str, list[str]] = found.get("missing", {})
    told = {part: found[part] for part in ("state", "reason", "details", "api", "seconds")}
    row = {**row, **told, "generators": names, "missing": missing}
    if not missing:
        return row
    modules = sorted({module.partition(".")[0] for lacking in missing.values() for module in lacking})
    packages = " ".join(PIP_NAMES.get(module, module) for module in modules)
    advice = f"{', '.join(modules)} not installed. Install with: pip install {packages}"
    if len(missing) == len(names):
        return {**row, "state": "needs setup", "reason": f"It needs modules that are missing: {advice}"}
    return {**row, "reason": f"{', '.join(missing)} cannot be used yet: {advice}"}


def _duplicate(row: dict[str, Any], rival: dict[str, Any]) -> dict[str, Any]:
    shared = ", ".join(name for name in row["generators"] if name in rival["generators"])
    reason = (
        f"“{row['name']}” ({row['distribution']}) and “{rival['name']}” ({rival['distribution']}) both offer {shared}; "
        f"the one of “{rival['name']}” is used. Remove one of the two plugins."
    )
    return {**row, "state": "broken", "reason": reason}


def _other_studio(asked: str) -> str:
    import studio

    return (
        f"It asks for {STUDIO} {asked}; this is {studio.__version__}. "
        "Update the studio, or install an older version of the plugin."
    )


def _forget(source: dict[str, Any], *, everything: bool) -> None:
    """Drop what is known of plugins that were not ready (a changed environment may have cured them), or of all."""
    source["found"] = {
        name: found for name, found in source["found"].items() if not everything and found["state"] == READY
    }


def _plain(source: Source) -> dict[str, Any]:
    return {
        "location": source.location,
        "distribution": source.distribution,
        "version": source.version,
        "entries": [list(entry) for entry in source.entries],
        "problem": source.problem,
        "incompatible": source.incompatible,
        "content": source.content,
        "watch": [list(seen) for seen in source.watch],
    }
