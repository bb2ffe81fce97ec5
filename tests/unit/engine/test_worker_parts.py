"""The worker's parts by themselves: residency, devices, the network guard, the context."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from studio.engine.environment import computing
from studio.engine.supervisor import _outcome_of
from studio.engine.worker import devices, remedies, shortage
from studio.engine.worker.context import FIRST_PREVIEW_SECONDS, PREVIEW_SIDE, WorkerContext, eight_bit
from studio.engine.worker.keeping import Keeper, NotSaved
from studio.engine.worker.lessons import portable
from studio.engine.worker.residency import Residency, give_back, memory_in_use, parameter_bytes
from studio.models.store import ModelStore
from studio.sdk import Cancelled, Field, Image, Json, OutOfMemory, UserError


class Memory:
    """A scale that says what the test wants."""

    def __init__(self) -> None:
        self.held = 0

    def block(self, size: int) -> object:
        self.held += size
        return object()


def test_the_least_recently_used_goes_first() -> None:
    memory = Memory()
    residency = Residency(100, lambda: memory.held)
    for key in ("a", "b"):
        residency.load(key, lambda: memory.block(40))
        residency.unpin()
    residency.load("a", lambda: memory.block(40))  # a is fresh again
    residency.unpin()
    residency.load("c", lambda: memory.block(40))
    assert residency.keys == ("a", "c")
    assert residency.bytes == 80


def test_what_the_running_job_uses_is_never_evicted_for_itself() -> None:
    memory = Memory()
    residency = Residency(50, lambda: memory.held)
    first = residency.load("a", lambda: memory.block(40))
    residency.load("b", lambda: memory.block(40))
    assert residency.load("a", object) is first
    residency.unpin()
    assert residency.bytes <= 50


def test_everything_can_be_given_back_and_is_made_again() -> None:
    memory = Memory()
    residency = Residency(1000, lambda: memory.held)
    first = residency.load("a", lambda: memory.block(40))
    assert residency.evict() == 40
    assert residency.load("a", lambda: memory.block(40)) is not first


def test_parameters_are_counted_even_when_memory_mapped() -> None:
    import torch

    layer = torch.nn.Linear(10, 10, bias=False)
    assert parameter_bytes(layer) == 400
    assert parameter_bytes((layer, layer)) == 800
    assert parameter_bytes("text") == 0


@pytest.mark.parametrize(
    ("error", "device", "short"),
    [
        (MemoryError(), "cuda:0", "cpu"),
        (OutOfMemory(2.0), "cuda:0", "cuda:0"),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory."), "cuda:0", "cuda:0"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), "cuda:0", "cpu"),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried"), "cpu", "cpu"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), "mps", "mps"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"), "cuda:1", "cuda:1"),
    ],
)
def test_a_lack_of_memory_is_known_and_so_is_where(error: Exception, device: str, short: str) -> None:
    assert shortage.is_out_of_memory(error)
    assert shortage.ran_out_on(error, device) == short


def test_faults_are_no_lack_of_memory() -> None:
    for error in (RuntimeError("CUDA error: device-side assert triggered"), ValueError("out of memory"), OSError()):
        assert not shortage.is_out_of_memory(error)


def test_each_devices_own_memory_is_measured_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """With torch as it is on a Mac and on a machine with two cards, which this one need not be."""
    told: list[str] = []

    def torch(**parts: Any) -> SimpleNamespace:
        nothing = SimpleNamespace(is_available=lambda: False)
        return SimpleNamespace(**({"cuda": nothing, "backends": SimpleNamespace(mps=nothing)} | parts))

    there = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: True))
    mps = SimpleNamespace(
        current_allocated_memory=lambda: 2**40, empty_cache=lambda: told.append("mps"),
        recommended_max_memory=lambda: 12, driver_allocated_memory=lambda: 5,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "torch", torch(backends=there, mps=mps))
    assert memory_in_use() > 2**40
    give_back()
    assert told == ["mps"]
    assert shortage.free_bytes("mps") == 7
    cuda = SimpleNamespace(mem_get_info=lambda device: ({"cuda:0": 3, "cuda:1": 4}[device], 100))
    monkeypatch.setitem(sys.modules, "torch", torch(cuda=cuda))
    assert shortage.free_bytes("cuda:1") == 4
    assert shortage.free_bytes("cpu") > 2**20


def test_whatever_the_studio_was_started_with_its_workers_are_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    made = computing()
    assert (made["HF_HUB_OFFLINE"], made["OMP_NUM_THREADS"]) == ("1", "3")
    assert made["PYTHONPATH"].endswith(f"{os.pathsep}/elsewhere")


def test_generators_without_torch_stay_on_the_processor_and_torch_is_not_imported() -> None:
    code = (
        "import sys\nfrom studio.engine.worker import devices\n"
        "assert devices.choose('auto', torch_needed=False).name == 'cpu'\nassert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_device_that_is_not_there_is_told_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "accelerators", lambda: [devices.Device("cuda:0", "bfloat16")])
    assert devices.choose("auto", torch_needed=True).name == "cuda:0"
    assert devices.choose("cuda", torch_needed=True).dtype == "bfloat16"
    assert devices.choose("cpu", torch_needed=True) == devices.CPU
    with pytest.raises(UserError, match="mps") as caught:
        devices.choose("mps", torch_needed=True)
    assert "cuda:0, cpu" in str(caught.value.hint)


GUARD = """
import asyncio, socket, sys
class Liar(str):
    def __str__(self): return "127.0.0.1"
    __repr__ = __format__ = lambda self, *_: "127.0.0.1"
class Pair(tuple):
    def __getitem__(self, index): return "127.0.0.1"
from studio.engine.worker.network import NetworkGuard
refused = []
guard = NetworkGuard(online=False, refused=refused.append)
guard.install()
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), timeout=2).close()          # this machine is no network
socket.getaddrinfo("localhost", 80)
asyncio.run(asyncio.sleep(0))
socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST)
pair = socket.socketpair()
attempts = [
    lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.1),
    lambda: socket.getaddrinfo("example.invalid", 80),
    lambda: socket.gethostbyname("example.invalid"),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)),
    lambda: socket.socket().connect_ex(("192.0.2.1", 80)),
    lambda: socket.getnameinfo(("192.0.2.1", 53), 0),
    lambda: socket.gethostbyname_ex("example.invalid"),
    lambda: socket.gethostbyaddr("192.0.2.1"),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, ("192.0.2.1", 53)),
    lambda: socket.socket(socket.AF_INET6).connect(("::ffff:192.0.2.1", 80)),
    lambda: socket.socket().connect(("3221225985", 80)),
    lambda: socket.socket().connect((Liar("192.0.2.1"), 80)),
    lambda: socket.socket().connect(Pair(("192.0.2.1", 80))),
    lambda: socket.socket().connect((bytearray(b"192.0.2.1"), 80)),
    lambda: socket.socket(socket.AF_INET6).bind(("::", 0)),
    lambda: socket.socket().bind(("0.0.0.0", 0)),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("", 0)),
    lambda: asyncio.run(asyncio.open_connection("192.0.2.1", 80)),
    lambda: __import__("urllib.request").request.urlopen("http://192.0.2.1/", timeout=0.1),
]
for attempt in attempts:
    try:
        attempt()
    except OSError as error:
        assert "offline" in str(error), error
    else:
        raise SystemExit("not refused")
assert len(refused) == len(attempts), refused
"""


def test_offline_every_way_out_is_refused_and_reported() -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", GUARD], check=True)


class Line:
    """A link that remembers."""

    block = None

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def send(self, type: str, /, *blobs: bytes, **body: Any) -> None:
        self.sent.append((type, {**body, "blobs": blobs}))


def context(tmp_path: Path) -> tuple[WorkerContext, Line]:
    line = Line()
    made = WorkerContext(
        "job",
        7,
        devices.CPU,
        link=line,  # type: ignore[arg-type]  # the one boundary: a line that remembers instead of writing
        residency=Residency(1000),
        models=ModelStore(),
        scratch=tmp_path / "scratch",
        online=False,
    )
    return made, line


def test_progress_is_sent_as_often_as_eyes_see_and_the_last_step_always(tmp_path: Path) -> None:
    ctx, line = context(tmp_path)
    for step in range(10_000):
        ctx.progress(step + 1, 10_000)
    steps = [body["done"] for kind, body in line.sent if kind == "progress"]
    assert steps[-1] == 10_000
    assert len(steps) < 100
    assert steps == sorted(steps)


def test_progress_never_goes_back_nor_past_the_end(tmp_path: Path) -> None:
    ctx, line = context(tmp_path)
    for done, message in ((5, "a"), (3, "b"), (50, "c")):
        ctx.progress(done, 10, message)
    assert [body["done"] for _, body in line.sent] == [5, 5, 10]


def test_previews_are_small_rare_and_only_made_when_due(tmp_path: Path) -> None:
    ctx, line = context(tmp_path)
    made = []

    def preview() -> Image:
        made.append(1)
        return Image(np.zeros((2000, 1000, 4), np.uint16).astype(np.uint8))

    ctx.progress(0, 50, preview=preview)
    assert not made, "whoever is done at once shows the result instead"
    time.sleep(FIRST_PREVIEW_SECONDS)
    for step in range(50):
        ctx.progress(step, 50, preview=preview)
    sent = [body for kind, body in line.sent if kind == "preview"]
    assert len(made) == len(sent) < 5
    assert max(sent[0]["width"], sent[0]["height"]) <= PREVIEW_SIDE
    assert len(sent[0]["blobs"][0]) == sent[0]["width"] * sent[0]["height"] * 4


def test_the_cancel_flag_is_sticky(tmp_path: Path) -> None:
    ctx, _ = context(tmp_path)
    ctx.check()
    ctx.cancelled.set()
    for _ in range(3):
        with pytest.raises(Cancelled):
            ctx.progress(1, 2)


def test_every_kind_of_pixels_becomes_eight_bits() -> None:
    assert eight_bit(np.array([[0, 65535]], np.uint16)).tolist() == [[0, 255]]
    assert eight_bit(np.array([[-1.0, 0.5, 2.0]])).tolist() == [[0, 128, 255]]


def test_random_streams_are_fixed_by_seed_and_name(tmp_path: Path) -> None:
    ctx, _ = context(tmp_path)
    assert ctx.rng("bass").integers(1 << 30) == ctx.rng("bass").integers(1 << 30)
    assert ctx.rng("bass").integers(1 << 30) != ctx.rng("drums").integers(1 << 30)


def test_a_models_card_does_not_tell_where_the_artists_files_lie(tmp_path: Path) -> None:
    assert portable(f"folder:{tmp_path}") == f"folder:{tmp_path.name}"
    assert portable(str(tmp_path)) == tmp_path.name
    for other in ("own:tales", "a photo of a dog", "/imagine a fox", "/" + "x" * 9000, "/a\0b", 3, 0.5, True, [64, 64]):
        assert portable(other) == other


SIZE = Field(kind="size", name="size", min=64, max=2048, step=8, when={"mode": "texture"})
BATCH = Field(kind="integer", name="batch", label="Batch size", min=4, max=512)
CONTEXT = Field(kind="integer", name="context", label="Context", min=32, step=32)
STEPS = Field(kind="integer", name="steps", min=1)
CHECKPOINTING = Field(kind="toggle", name="checkpointing", default=True, label="Gradient checkpointing")


@pytest.mark.parametrize(
    ("values", "proposed", "says"),
    [
        ({"mode": "texture", "size": [1024, 512], "batch": 8}, {"size": [712, 352]}, "Try 712×352, or close"),
        ({"mode": "style", "size": [1024, 512], "batch": 9}, {"batch": 4}, "Try “Batch size” at 4, or close"),
        ({"mode": "style", "batch": 4, "context": 160}, {"context": 64}, "Try “Context” at 64, or close"),
        ({"batch": 9, "checkpointing": False}, {"checkpointing": True}, "Switch on “Gradient checkpointing”, or close"),
        ({"mode": "texture", "size": [64, 64], "batch": 4, "context": 32, "steps": 9}, {}, "Close other programs, or"),
    ],
)
def test_a_remedy_makes_smaller_what_memory_grows_with(values: Json, proposed: Json, says: str) -> None:
    fields = (STEPS, CONTEXT, BATCH, SIZE, CHECKPOINTING)
    assert remedies.remedy(fields, values) == proposed
    assert remedies.hint(fields, proposed).startswith(says)
    for known in fields:
        if known.name in proposed:
            known.check(proposed[known.name])


def test_a_generators_own_remedy_counts_as_far_as_it_fits() -> None:
    fields = (STEPS, BATCH)
    assert remedies.checked(fields, {"batch": 4}) == {"batch": 4}
    for misfit in ({"batch": 1}, {"batch": 4, "gone": 1}, {"steps": "few"}, None, 3, [1]):
        assert remedies.checked(fields, misfit) == {}


def test_a_remedy_that_is_none_is_not_taken_from_a_worker() -> None:
    told = {"message": "Not enough memory.", "reason": "memory", "remedy": {"batch": 4}}
    outcome = _outcome_of({"state": "failed", "failure": told})
    assert outcome.failure is not None
    assert outcome.failure.remedy == {"batch": 4}
    with pytest.raises(TypeError):
        _outcome_of({"state": "failed", "failure": {**told, "remedy": "smaller"}})


def test_a_result_for_which_the_disk_has_no_place_is_no_fault_of_the_generator(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    order = {"keep": False, "folder": str(tmp_path / "taken"), "spec": {"id": "a.b"}, "seed": 1, "job": "1-abcdef"}
    with pytest.raises(NotSaved, match=r"could not be saved in “.*taken”: File exists"):
        Keeper(tmp_path / "library").keep(Image(np.zeros((8, 8, 3), np.uint8)), order, index=0, seconds=0.0)
