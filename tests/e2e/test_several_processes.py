"""One training in several processes, as a launcher starts them: they learn together, and one keeps the result."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from helpers.commands import ROOT
from helpers.tiny_trainer import dataset_in

RANKS = 2

LEARN = """
import json, os, sys
from types import SimpleNamespace
import torch
from accelerate import PartialState
from studio.sdk.training import Loop
rank = int(os.environ["RANK"])
torch.manual_seed(rank)  # each begins with other weights, and must not stay with them
net = torch.nn.Linear(3, 1, bias=False)
ctx = SimpleNamespace(
    device="cpu", dtype="float32", resume=None, until=None, seed=1, checkpoint_seconds=1e9,
    check=lambda: None, progress=lambda *a: None,
)
loop = Loop(ctx, {"net": net}, {"net": torch.optim.SGD(net.parameters(), 0.5)}, steps=2, average=0.9, clip=0.0)
begun = net.weight.flatten().tolist()
for step in loop:
    loop.learn("net", (net.weight * (rank + 1)).sum())
    list(loop.report())
average = loop.averaged["net"].weight.flatten().tolist()
json.dump({"begun": begun, "ended": net.weight.flatten().tolist(), "average": average, "main": loop.is_main,
           "drawn": float(loop.random.random())}, open(sys.argv[1] + os.environ["RANK"], "w"))
PartialState().destroy_process_group()  # as a training's own process does
"""


def together(*arguments: str) -> None:
    """Run Python with these arguments in `RANKS` processes that know of each other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    kept = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(RANKS)}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    processes = [
        subprocess.Popen(
            [sys.executable, *arguments], env={**kept, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for rank in range(RANKS)
    ]  # fmt: skip
    try:
        said = [process.communicate(timeout=240)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * RANKS, "\n".join(said)


def test_processes_begin_with_the_same_weights_and_follow_the_mean_of_their_gradients(tmp_path: Path) -> None:
    together("-c", LEARN, str(tmp_path / "rank"))
    first, second = (json.loads((tmp_path / f"rank{rank}").read_text()) for rank in range(RANKS))
    assert first["begun"] == second["begun"]
    assert first["ended"] == second["ended"]
    assert first["average"] == second["average"]
    for begun, ended in zip(first["begun"], first["ended"], strict=True):
        assert abs(begun - ended - 2 * 0.5 * 1.5) < 1e-6  # two steps of 0.5 down the mean of 1 and 2
    assert (first["main"], second["main"]) == (True, False)
    assert first["drawn"] != second["drawn"]


def test_a_recipe_runs_in_several_processes_and_leaves_one_run_and_one_model(tmp_path: Path) -> None:
    data, run, model = tmp_path / "data", tmp_path / "run", tmp_path / "model"
    dataset_in(data)
    together(
        "-m", "studio.engine.worker.solo", "helpers.tiny_trainer:TrainTiny", "--data", str(data), "--run", str(run),
        "--model", str(model), "--set", "steps=40", "--threads", "1", "--device", "cpu",
    )  # fmt: skip
    losses = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    steps = [line["step"] for line in losses if line["name"] == "loss"]
    assert steps == [10, 20, 30, 40]
    assert (model / "model.safetensors").is_file()
    assert json.loads((model / "card.json").read_text())["recipe"] == "test.tiny.train"
