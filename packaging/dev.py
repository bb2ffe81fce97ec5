#!/usr/bin/env python3
"""Set up, run and test Atelier Studio from a checkout. Needs Python 3.11 or later and nothing else.

    python3 packaging/dev.py run          set up when needed, then open the studio
    python3 packaging/dev.py test         set up when needed, then every check there is
    python3 packaging/dev.py setup        only set up
    python3 packaging/dev.py desktop      on Linux, list the studio among your applications; again after a move
    python3 packaging/dev.py no-desktop   take it away from them

Set-up makes `.venv` in the checkout and installs the versions pinned in packaging/constraints.txt. It is done once;
after that these commands start at once, until a pin or a dependency changes.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
READY = VENV / "studio-is-ready"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

WINDOW_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libpulse.so.0": "libpulse0",
}
"""Shared libraries Qt's window needs on Linux, and the Debian package each comes in."""

DESKTOP = "studio.atelier.AtelierStudio"
"""The id by which a Linux desktop knows the studio."""

DESKTOP_FILES = {
    f"{DESKTOP}.desktop": "applications",
    f"{DESKTOP}.svg": "icons/hicolor/scalable/apps",
    f"{DESKTOP}.metainfo.xml": "metainfo",
}
"""The files of packaging/linux, and their folders below the user's ``share``; wheels bring the same (pyproject)."""

TEST_PROGRAMS = {"Xvfb": "xvfb"}
"""Programs the end-to-end tests need on Linux, and their Debian packages."""

TEST_PACKAGES = ("libgl1-mesa-dri", "fonts-noto-cjk")
"""Debian packages the window's tests need besides: software OpenGL, and a font with Chinese."""

MEDIA = {
    "text": "studio.text.storyteller",
    "image": "studio.image.texture",
    "music": "studio.music.composer",
    "3D": "studio.mesh.forms",
}
"""What is made where there is no display, one per medium."""


def main() -> int:
    """Do what was asked; returns the exit code."""
    commands = {"run": run, "test": test, "setup": set_up, "desktop": add_to_desktop, "no-desktop": leave_desktop}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 2
    if sys.version_info < (3, 11):
        print(f"Atelier Studio needs Python 3.11 or later; this is {platform.python_version()}.")
        return 2
    try:
        return commands[sys.argv[1]]()
    except subprocess.CalledProcessError as error:
        print(f"This step failed, for the reason above: {' '.join(map(str, error.cmd))}")
        return 1


def set_up(*, compiles: bool = True) -> int:
    """Make the virtual environment, once; all that is installed is compiled last, unless the caller sees to it."""
    wanted = _fingerprint()
    if READY.is_file() and READY.read_text() == wanted:
        return 0
    print("Setting up (once; this takes a few minutes) …", flush=True)
    _make_environment()
    import tomllib  # not there before Python 3.11, which `main` has told about

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    _install_torch()
    _pip("install", "--no-compile", "-c", str(CONSTRAINTS), *needed)
    _pip("install", "--no-deps", "-e", str(ROOT))
    READY.write_text(wanted)
    if compiles:
        with _compiling() as process:
            process.wait()
    return 0


def run() -> int:
    """Open the studio's window; without a display, make one result per medium instead."""
    set_up()
    missing = check_system(WINDOW_LIBRARIES, {}, ())
    problem = _python("-c", "import os, sys; from studio.__main__ import why_no_window; "
                      "print(why_no_window(dict(os.environ), sys.platform))", capture=True)  # fmt: skip
    if not problem and missing:
        problem = f"The window needs libraries that are missing: {' '.join(missing)}."
    if not problem:
        return subprocess.run([str(PYTHON), "-m", "studio", *sys.argv[2:]], check=False).returncode
    print(f"{problem} Making one result per medium instead:", flush=True)
    for medium, generator in MEDIA.items():
        print(f"{medium}: ", end="", flush=True)
        command = [str(PYTHON), "-m", "studio", "generate", generator, *_library(sys.argv[2:])]
        done = subprocess.run(command, check=False)
        if done.returncode:
            return done.returncode
    return 0


def add_to_desktop() -> int:
    """Let this user's desktop list the studio of this checkout among its applications."""
    if platform.system() != "Linux":
        print("Only Linux has such entries; here, start the studio with:  python3 packaging/dev.py run")
        return 1
    set_up()
    program = PYTHON.with_name("studio")
    for name, folder in DESKTOP_FILES.items():
        text = (ROOT / "packaging" / "linux" / name).read_text("utf-8")
        if name.endswith(".desktop"):
            text = text.replace("\nExec=studio\n", f"\nExec={_exec(program)}\n")
            text = text.replace("\nTryExec=studio\n", f"\nTryExec={_escaped(program)}\n")
        place = _share() / folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        print(place)
    print("The studio is among your applications now.")
    return 0


def leave_desktop() -> int:
    """Remove what `add_to_desktop` wrote."""
    for name, folder in DESKTOP_FILES.items():
        (_share() / folder / name).unlink(missing_ok=True)
    return 0


def _share() -> Path:
    """Where a user's own applications and icons lie; a relative path counts as none, as the specification says."""
    told = Path(os.environ.get("XDG_DATA_HOME", ""))
    return told if told.is_absolute() else Path.home() / ".local" / "share"


def _exec(program: Path) -> str:
    """A program's path as a desktop entry's ``Exec`` wants it: quoted, then escaped as every text there is."""
    quoted = str(program).replace("%", "%%")
    for letter in '\\"`$':
        quoted = quoted.replace(letter, f"\\{letter}")
    return _escaped(f'"{quoted}"')


def _escaped(text: str | Path) -> str:
    return str(text).replace("\\", "\\\\").replace("\n", "\\n")


def _library(options: list[str]) -> list[str]:
    """Of the window's options the one that a command takes too: where the library is."""
    for place, option in enumerate(options):
        if option.startswith("--library="):
            return [option]
        if option == "--library":
            return options[place : place + 2]
    return []


def test() -> int:
    """Every check: format, lint, types, layers, then all tests. Stops at the first that fails."""
    set_up(compiles=False)
    missing = check_system(WINDOW_LIBRARIES, TEST_PROGRAMS, TEST_PACKAGES)
    if missing:
        print(f"The tests of the window need: {' '.join(missing)}")
        return 1
    checks = [
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "ruff", "check", "."],
        ["-m", "mypy"],
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        ["-m", "pytest", "-n", str(min(4, os.cpu_count() or 1)), "--dist", "worksteal", *sys.argv[2:]],
    ]
    with _compiling() as process:
        for check in checks:
            print(f"\n── {' '.join(check[1:3])}", flush=True)
            if "pytest" in check:
                process.wait()
            environment = {**os.environ, **_test_environment()}
            done = subprocess.run([str(PYTHON), *check], cwd=ROOT, check=False, env=environment)
            if done.returncode:
                return done.returncode
    return 0


@contextlib.contextmanager
def _compiling() -> Iterator[subprocess.Popen[bytes]]:
    """Compile what is installed, and what is here, in a process beside this one.

    pip would do it on the way, and everything else would wait: the tests, which start more than a thousand processes
    that write no bytecode themselves, let the checks before them use the time.
    """
    command = [str(PYTHON), "-m", "compileall", "-qq", str(VENV), "studio", "plugins"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


def check_system(libraries: dict[str, str], programs: dict[str, str], packages: tuple[str, ...]) -> list[str]:
    """See that system libraries are there; as root on Debian, install those that are not.

    Returns:
        Debian packages that are still missing; the command that installs them has been printed.
    """
    if platform.system() != "Linux":
        return []
    missing = _missing(libraries, programs)
    debian = shutil.which("apt-get") is not None
    if debian:
        missing += [package for package in packages if not _is_installed(package)]
    if missing and debian and os.geteuid() == 0:
        print(f"Installing system packages: {' '.join(missing)}", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=False, env=quiet, stdout=subprocess.DEVNULL)
        missing = _missing(libraries, programs)
    if missing and debian:
        print(f"Please install the missing system packages:  sudo apt-get install {' '.join(missing)}")
    elif missing:
        print(f"Please install what Debian has in these packages; here they may have other names:  {' '.join(missing)}")
    return missing


def _missing(libraries: dict[str, str], programs: dict[str, str]) -> list[str]:
    missing = [package for name, package in libraries.items() if not _loads(name)]
    return missing + [package for program, package in programs.items() if shutil.which(program) is None]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _is_installed(package: str) -> bool:
    asked = subprocess.run(["dpkg", "-s", package], check=False, capture_output=True)
    return asked.returncode == 0


def _make_environment() -> None:
    """Make `.venv`, unless a whole one is there."""
    if PYTHON.exists() and _pip("--version", check=False) == 0:
        return
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        check_system({}, {}, (f"python3.{sys.version_info.minor}-venv",))
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def _install_torch() -> None:
    """On a machine without a GPU, the build for processors: a tenth of the other's size."""
    pin = next(line for line in CONSTRAINTS.read_text("utf-8").splitlines() if line.startswith("torch=="))
    if platform.system() != "Linux" or _has_nvidia():
        return  # elsewhere the ordinary build is the right one
    # An index or folder that pip is configured with may offer the build; the public one does for everybody else.
    if _pip("install", "--no-compile", f"{pin}+cpu", check=False) != 0:
        _pip("install", "--no-compile", f"{pin}+cpu", "--index-url", TORCH_CPU_INDEX)


def _has_nvidia() -> bool:
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def _fingerprint() -> str:
    parts = [(ROOT / "pyproject.toml").read_bytes(), CONSTRAINTS.read_bytes(), sys.version.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _pip(*arguments: str, check: bool = True) -> int:
    quiet = ["--quiet", "--disable-pip-version-check"]
    command = [str(PYTHON), "-m", "pip", *arguments, *quiet]
    aside = None if check else subprocess.DEVNULL
    return subprocess.run(command, check=check, stdout=aside, stderr=aside).returncode


def _python(*arguments: str, capture: bool) -> str:
    done = subprocess.run([str(PYTHON), *arguments], check=True, capture_output=capture, text=True)
    return (done.stdout or "").strip()


def _test_environment() -> dict[str, str]:
    # Tiny tensors are up to ten times faster on one thread, and two test processes share the cores.
    return {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


if __name__ == "__main__":
    sys.exit(main())
