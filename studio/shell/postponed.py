"""Spares the start a third of importing PySide6: what PySide needs only to describe calls and to write type stubs.

PySide carries this part of itself as source in a zip file, and compiles and runs all of it at every start, many regular
expressions with it. Here it is kept until PySide first uses it, as a rule to tell what was wrong with a call. The one
place to step in is `compile`, which PySide hands each file to. Other versions than the known ones are imported as they
are; where a test finds that nothing was kept, `FILES` wants the sums of the pinned one.
"""

from __future__ import annotations

import builtins
import importlib
import threading
import zlib
from typing import Any

FILES = {
    "shibokensupport/signature/errorhandler.py": 158631412,
    "shibokensupport/signature/layout.py": 1519412675,
    "shibokensupport/signature/mapping.py": 1303443386,
    "shibokensupport/signature/parser.py": 274529439,
    "shibokensupport/signature/lib/enum_sig.py": 766133272,
    "shibokensupport/signature/lib/pyi_generator.py": 1711296105,
    "shibokensupport/signature/lib/tool.py": 904433905,
}
"""The files that are kept, and their CRC-32: of those of another PySide, nobody knows what else uses them."""

_STAND_IN = """
def __getattr__(name):
    from studio.shell.postponed import run
    return run(globals(), name)

def update_mapping():
    return __getattr__("update_mapping")()
"""
"""What a kept file is until it is used. PySide's C++ looks for the function of that name past `__getattr__`."""

_sources: dict[str, Any] = {}
_running = threading.RLock()


def import_pyside() -> None:
    """Import PySide6's top package, which loads no part of Qt.

    Raises:
        ImportError: it is not installed, or cannot be loaded.
    """
    usual = builtins.compile

    def keep(source: Any, filename: Any, *how: Any, **further: Any) -> Any:
        if filename in FILES and isinstance(source, bytes) and zlib.crc32(source) == FILES[filename]:
            _sources[filename] = source
            source = _STAND_IN
        return usual(source, filename, *how, **further)

    builtins.compile = keep
    try:
        importlib.import_module("PySide6")
    finally:
        builtins.compile = usual


def run(module: dict[str, Any], wanted: str) -> Any:
    """What a module that was kept calls `wanted`, once it has been run after all.

    Args:
        module: the names in it.
        wanted: the name.

    Raises:
        AttributeError: it has no such name.
    """
    with _running:
        # names such as __path__ are asked for by whoever imports the module; none of them is defined by it
        source = None if wanted.startswith("__") else _sources.pop(module["__file__"], None)
        if source is not None:
            del module["update_mapping"]
            exec(compile(source, module["__file__"], "exec"), module)  # noqa: S102 - PySide's own, as it would do itself
            del module["__getattr__"]
    if wanted not in module:
        raise AttributeError(f"module {module['__name__']!r} has no attribute {wanted!r}")
    return module[wanted]
