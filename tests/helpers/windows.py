"""A window, or parts of one, over a fake engine and generators that exist only as descriptions."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.fake_engine import FakeEngine
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from studio.disk.home import Home
from studio.engine.discovery.plugins import PluginInfo, PluginState
from studio.engine.settings import Settings
from studio.sdk import Example, Field, GeneratorSpec, Option
from studio.shell.bridge import EngineBridge
from studio.shell.i18n import Language
from studio.shell.main_window import MainWindow
from studio.shell.theme import Theme
from studio.shell.workshop import Workshop

EVERY_KIND = (
    Field(kind="prompt", name="prompt", default="", label="Prompt"),
    Field(kind="text", name="title", default="", label="Title", max_length=20),
    Field(kind="integer", name="steps", default=4, label="Steps", min=1, max=8, group="Shape"),
    Field(kind="number", name="gain", default=0.5, label="Gain", min=0.1, max=0.9, step=0.05, group="Shape"),
    Field(kind="toggle", name="tile", default=True, label="Tileable"),
    Field(
        kind="choice", name="mode", default="plain", label="Mode",
        options=(Option("plain", "Plain"), Option("inpaint", "Inpaint")),
    ),
    Field(kind="seed", name="noise", default=7, label="Noise seed", min=0, max=2**32 - 1),
    Field(kind="size", name="size", default=[512, 512], label="Size", min=16, max=2048, step=8),
    Field(kind="color", name="tint", default="#ff0000", label="Tint"),
    Field(kind="file", name="font", default="", label="Font", suffixes=(".sf2",)),
    Field(kind="folder", name="place", default="", label="Place"),
    Field(kind="secret", name="key", default="", label="Key"),
    Field(kind="image", name="init", label="Start from"),
    Field(kind="mask", name="area", label="Area", when={"mode": "inpaint"}),
    Field(kind="audio", name="sound", label="Sound"),
    Field(kind="score", name="notes", label="Notes"),
    Field(kind="mesh", name="model", label="Model"),
    Field(kind="video", name="clip", label="Clip"),
    Field(kind="text_in", name="source", label="Source"),
    Field(kind="integer", name="fine", default=2, label="Fine", min=0, max=9, advanced=True),
)  # fmt: skip

PAINTER = GeneratorSpec(
    id="tests.painter",
    title="Painter",
    makes=("image",),
    fields=EVERY_KIND,
    description="Paints what it is told.",
    examples=(
        Example("Red square", {"prompt": "a red square", "steps": 6}, 42),
        Example("Blue", {"prompt": "blue"}, 1),
    ),
    translations={"zh_CN": {"Painter": "画家", "Steps": "步数", "Plain": "普通", "Shape": "形状"}},
)
WRITER = GeneratorSpec(
    id="tests.writer",
    title="Writer",
    makes=("text",),
    fields=(Field(kind="prompt", name="prompt", default="Once", label="Beginning"),),
    examples=(Example("Tale", {"prompt": "Once upon"}, 3),),
)
TRAINER = GeneratorSpec(
    id="tests.train",
    title="Train a painter",
    makes=("image",),
    teaches="image.tests",
    fields=(
        Field(kind="dataset", name="data", default="", label="Pictures", source="datasets:image", required=True),
        Field(kind="integer", name="steps", default=100, label="Steps", min=1),
    ),
    description="Learns to paint.\n\nIt takes a while.",
    translations={
        "zh_CN": {
            "Train a painter": "训练画家",
            "Learns to paint.": "学习绘画。",
            "It takes a while.": "需要一些时间。",
            "loss": "错误率",
            "shades": "灰度",
        }
    },
)
SHAPER = GeneratorSpec(
    id="tests.shaper",
    title="Shaper",
    makes=("mesh",),
    fields=(Field(kind="image", name="picture", label="Picture", required=True),),
)

PLAYER = GeneratorSpec(
    id="tests.player",
    title="Player",
    makes=("audio",),
    fields=(
        Field(kind="score", name="like", label="In the manner of"),
        Field(kind="score", name="notes", label="Notes", required=True),
    ),
)


@dataclass
class Switches:
    """Remembers what the plugins page decided."""

    calls: list[tuple[str, ...]] = field(default_factory=list)

    def disable(self, key: str) -> None:
        self.calls.append(("disable", key))

    def enable(self, key: str) -> None:
        self.calls.append(("enable", key))

    def consent(self, distribution: str) -> None:
        self.calls.append(("consent", distribution))

    def quarantine(self, key: str, reason: str) -> None:
        self.calls.append(("quarantine", key, reason))


@dataclass
class FakeRegistry:
    """What discovery would have found."""

    specs: Mapping[str, GeneratorSpec]
    plugins: tuple[PluginInfo, ...] = ()
    switches: Switches = field(default_factory=Switches)

    @property
    def makers(self) -> dict[str, GeneratorSpec]:
        """As on `Registry`."""
        return {name: spec for name, spec in self.specs.items() if not spec.teaches}


def plugin_rows() -> tuple[PluginInfo, ...]:
    """One plugin in every state."""
    return tuple(
        PluginInfo(
            name=state.name.lower(),
            distribution=f"acme-{state.name.lower()}",
            version="1.0",
            target="acme:Plugin",
            state=state,
            reason="" if state == PluginState.READY else f"<b>Because</b> of {state.value}.",
            details="Traceback …" if state == PluginState.BROKEN else "",
            generators=("tests.painter",) if state == PluginState.READY else (),
        )
        for state in PluginState
    )


@dataclass
class Stand:
    """A window with its engine."""

    window: MainWindow
    engine: FakeEngine
    workshop: Workshop
    language: Language
    theme: Theme

    @property
    def page(self) -> Any:
        return self.window.create_page

    @property
    def form(self) -> Any:
        return self.window.create_page.panel.form


def make_workshop(folder: Path, *specs: GeneratorSpec) -> tuple[Workshop, FakeEngine]:
    """The shared services over a fake engine."""
    home = Home(state=folder / "state", library=folder / "library")
    bridge = EngineBridge()
    workshop = Workshop(home, Settings.load(home.settings_file), bridge)
    bridge.setParent(workshop)
    chosen = specs or (PAINTER, WRITER, SHAPER)
    workshop.set_registry(FakeRegistry({spec.id: spec for spec in chosen}, plugin_rows()))
    engine = FakeEngine()
    bridge.attach(engine)
    return workshop, engine


@contextmanager
def open_window(app: QApplication, folder: Path, *specs: GeneratorSpec) -> Iterator[Stand]:
    """A shown window; closed and deleted afterwards, with English and the dark theme back in force."""
    language, theme = Language(app), Theme(app)
    theme.use("dark")
    workshop, engine = make_workshop(folder, *specs)
    window = MainWindow(workshop, language)
    workshop.generators_changed.emit()
    window.show()
    app.processEvents()
    try:
        yield Stand(window, engine, workshop, language, theme)
    finally:
        window.close()
        workshop.bridge.close()
        window.deleteLater()
        workshop.deleteLater()
        language.use("en")
        app.processEvents()
        # Outside a running event loop nothing is deleted unless asked; windows that stay make every later test slower.
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()  # CPython 3.11 fails where it collects such things while it parses source, as pytest makes it do
