"""One run of the LoRA trainer: pictures, captions, loop, samples, and the finished LoRA. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from peft import LoraConfig
from safetensors.torch import load_file, save_file

import studio.sdk as sdk
from studio.sdk.training import Loop, Schedule
from studio.sdk.training.adapters import adapter_weights, holding
from studio_diffusion.paint import chosen_pipeline
from studio_diffusion.painting import Wish, paint
from studio_diffusion.pipelines import LoadedPipeline, memory_told, quiet
from studio_diffusion.training.encoding import Album, Encoded, Reader, encode, lot_of
from studio_diffusion.training.lora import SIDE_STEP
from studio_diffusion.training.objectives import Told, objective_of
from studio_diffusion.training.pictures import Frame, Shot, buckets, pictures_in, shots

SHOWINGS = 8
"""How often during a run sample sheets are painted and the held-out loss is taken."""

SHEET = 4
"""Pictures on a sheet."""

WATCHED = 16
"""Held-out pictures that the loss is taken on."""

LOOKS = 4
"""How often each of them is looked at, with different noise."""

TIMED = 3
"""Steps a forecast times, after one that it does not."""

CLASS_FILE = "class-pictures.safetensors"
"""Made class pictures within a checkpoint, so that a resumed run need not make them again."""


class Learning:
    """Everything a run holds.

    Attributes:
        loaded: the base, its text encoders given back once the captions are read.
        album, held_out: the pictures to learn from and those kept for measuring.
        weights: the LoRA.
        adapter: its settings, as peft knows them.
    """

    def __init__(self, params: Any, ctx: sdk.TrainingContext, *, trial: bool = False) -> None:
        """Load the base, read the pictures, and add fresh matrices to the denoiser.

        Args:
            params: of the trainer.
            ctx: the host.
            trial: whether only a few steps will follow, for which one class picture is enough.
        """
        self._params, self._ctx, self._made_count = params, ctx, 1 if trial else params.prior_count
        ctx.progress(0, params.steps, "Loading the model")
        folder = chosen_pipeline(params.base, ctx, "base")
        # In bfloat16 where the device likes it, whose range is that of float32; otherwise in float32.
        half = ctx.dtype == "bfloat16"
        self.loaded = LoadedPipeline(folder, ctx.device, "bfloat16" if half else "float32")
        self.objective = objective_of(self.loaded, params.gamma)
        self._reader = Reader(self.objective)
        self._side = params.size or self.loaded.natural_size
        self._sizes = buckets(self._side, self.objective.step)
        with memory_told(self._smaller()):
            self._prepare()
        self.adapter = self._add_adapter()
        self.weights = adapter_weights(self.loaded.denoiser)

    def _prepare(self) -> None:
        """Read pictures and captions as the model sees them; what only they need is given back."""
        self._ctx.progress(0, self._params.steps, "Reading the pictures")
        every = self._encoded()
        self.album = Album([one for one, kept in every if not kept])
        self.held_out = [one for one, kept in every if kept][:WATCHED]
        self._class = self._class_pictures()
        self._read_captions()
        self._sheet_captions = self._asked()
        self._give_back_encoders()

    def _smaller(self) -> dict[str, Any]:
        """What needs less memory: pictures of half the side, which the host cannot tell where the model chose it."""
        side = self._side // 2 // SIDE_STEP * SIDE_STEP
        return {"size": side} if side else {}

    def lessons(self) -> Iterator[sdk.Lesson | sdk.Result]:
        """Train to the end, judge, and hand over the LoRA."""
        with memory_told(self._smaller()):
            yield from self._lessons()

    def _lessons(self) -> Iterator[sdk.Lesson | sdk.Result]:
        from studio_diffusion.training.judging import finished

        steps = self._params.steps
        loop = self._loop()
        every = max(1, steps // SHOWINGS)
        for step in loop:
            yield from self._kept(loop.report(message="Learning", **self.learn(loop)))
            if (step + 1) % every == 0 or step + 1 == steps:
                yield from loop.look(self._show(loop, step + 1))
        yield from self._kept(loop.finish())
        if loop.is_main:
            self._ctx.progress(steps, steps, "Measuring")
            yield finished(self, loop, self._params, self._ctx)

    def learn(self, loop: Loop) -> dict[str, torch.Tensor]:
        """One step; returns the losses."""
        random, params = loop.random, self._params
        chosen = self.album.drawn(params.batch, random)
        silent = random.random(len(chosen)) < params.silence
        told = [self.told("" if left_out else one.caption) for one, left_out in zip(chosen, silent, strict=True)]
        denoise = loop.modules["lora"]
        loss = self.objective.loss(denoise, self._lot(loop, chosen, told), loop.noise)
        losses = {"loss": loss.detach()}
        if self._class is not None:
            ordinary = self._class.drawn(params.batch, random)
            lot = self._lot(loop, ordinary, [self.told(params.prior_caption)] * len(ordinary))
            kept = self.objective.loss(denoise, lot, loop.noise)
            losses["class_loss"] = kept.detach()
            loss = loss + params.prior_weight * kept
        loop.learn("lora", loss)
        return losses

    def told(self, caption: str) -> Told:
        """The embeddings of a caption."""
        return self._reader.known[caption]

    @torch.no_grad()
    def held_out_loss(self, denoise: Any, device: torch.device) -> float:
        """On pictures it never saw, always with the same noise."""
        noise, total = torch.Generator().manual_seed(0), 0.0
        for picture in self.held_out * LOOKS:
            self._ctx.check()
            lot = lot_of(self.loaded, [picture], [self.told(picture.caption)], noise, device)
            total += float(self.objective.loss(denoise, lot, noise))
        return total / (len(self.held_out) * LOOKS)

    def sheet(self) -> list[np.ndarray[Any, Any]]:
        """Pictures for the sheet's captions by what the denoiser holds now, the n-th always from seed n."""
        made = []
        guidance = self.loaded.folder.kind.guidance
        frame = self.loaded.grain * max(1, self._side // self.loaded.grain)
        silent = self.told("")
        for seed, caption in enumerate(self._sheet_captions):
            words = self.objective.words(self.told(caption), silent)
            words = {name: row.to(self._ctx.device) for name, row in words.items()}
            wish = Wish(words, frame, frame, self._params.sample_steps, guidance, seed)
            picture = paint(self.loaded, wish, self._ctx, told=False)
            made.append(np.zeros((frame, frame, 3), np.uint8) if picture is None else picture)
        return made

    def forecast(self) -> sdk.Forecast:
        """Time a few steps."""
        loop = self._loop()
        self.learn(loop)
        started = time.perf_counter()
        for _ in range(TIMED):
            self.learn(loop)
        step = (time.perf_counter() - started) / TIMED
        # Each step of a sample asks the denoiser for two pictures, forward only: about a training step.
        painted = (SHOWINGS + 1) * SHEET + (self._params.prior_count if self._params.prior == "made" else 0)
        shown = painted * self._params.sample_steps * step * 0.7
        on_gpu = self._ctx.device != "cpu" and torch.cuda.is_available()
        return sdk.Forecast(
            seconds=step * self._params.steps + shown,
            ram_gb=psutil.Process().memory_info().rss / 2**30,
            vram_gb=torch.cuda.max_memory_allocated() / 2**30 if on_gpu else 0.0,
            steps=self._params.steps,
            parameters=sum(weight.numel() for weight in self.weights.parameters()),
        )

    # ---- before the first step -------------------------------------------------------------------------------

    def _encoded(self) -> list[tuple[Encoded, bool]]:
        """The dataset's pictures, and whether each is held out. Raises `UserError` when none can be learned from."""
        params = self._params
        kept = []
        for items, held_out in ((params.data.training, False), (params.data.held_out, True)):
            read = (self._captioned(shot) for shot in shots(items, self._sizes, self._ctx))
            kept += [(one, held_out) for one in encode(self.loaded, read, params.mirror, self._ctx)]
        if not any(not held_out for _, held_out in kept):
            raise sdk.UserError(
                "The dataset has no picture to learn from.", param="data", hint="Add pictures, or make it anew."
            )
        if not any(one.caption for one, _ in kept):
            raise sdk.UserError(
                "None of these pictures has a caption.", param="trigger",
                hint="Name a trigger word, or name the files after what they show.",
            )  # fmt: skip
        return kept

    def _captioned(self, shot: Shot) -> Shot:
        words = [part for part in (self._params.trigger.strip(), shot.caption.strip()) if part]
        return Shot(shot.pixels, shot.frame, ", ".join(words), shot.path, shot.held_out)

    def _class_pictures(self) -> Album | None:
        """Ordinary pictures of the class, for prior preservation (Ruiz et al. 2023, "DreamBooth", section 3.3)."""
        params, ctx = self._params, self._ctx
        if params.prior == "none":
            return None
        if not params.prior_caption.strip():
            raise sdk.UserError(
                "Class pictures need a caption.", param="prior_caption", hint="Say what they show: a photo of a dog."
            )
        if params.prior == "made" and ctx.resume is not None and (ctx.resume / CLASS_FILE).is_file():
            return Album(_restored(ctx.resume / CLASS_FILE))
        given = shots(pictures_in(Path(params.class_folder)), self._sizes, ctx) if params.prior == "given" else None
        # All are painted before the first is encoded: for that the autoencoder changes its type for a while.
        found = encode(self.loaded, given or list(self._made()), params.mirror, ctx)
        if not found:
            raise sdk.UserError("There is no class picture that can be used.", param="prior", hint="Leave them out.")
        return Album(found)

    def _made(self) -> Iterator[Shot]:
        """Class pictures by the base as it is."""
        params, side = self._params, self.loaded.grain * max(1, self._side // self.loaded.grain)
        guidance = self.loaded.folder.kind.guidance
        for number in range(self._made_count):
            self._ctx.progress(0, params.steps, f"Making class pictures: {number} of {self._made_count}")
            seed = (self._ctx.seed + number) % sdk.SEED_LIMIT
            wish = Wish({"prompt": params.prior_caption}, side, side, params.sample_steps, guidance, seed)
            pixels = paint(self.loaded, wish, self._ctx, told=False)
            if pixels is not None:
                yield Shot(pixels, Frame.whole(side, side), params.prior_caption)

    def _read_captions(self) -> None:
        captions = {one.caption for one in (*self.album.pictures, *self.held_out)}
        self._reader.learn(("", *sorted(captions), self._params.prior_caption), self._ctx)

    def _asked(self) -> list[str]:
        """Captions of the sheet: of held-out pictures, then of training ones, each once."""
        known = [one.caption for one in (*self.held_out, *self.album.pictures)]
        different = list(dict.fromkeys(known))[:SHEET]
        return [different[place % len(different)] for place in range(SHEET)]

    def _give_back_encoders(self) -> None:
        for name in ("text_encoder", "text_encoder_2"):
            if getattr(self.loaded.pipe, name, None) is not None:
                self.loaded.pipe.register_modules(**{name: None})
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _add_adapter(self) -> LoraConfig:
        """Fresh matrices that depend on the seed alone; at first they change nothing (Hu et al. 2022, "LoRA")."""
        params, denoiser = self._params, self.loaded.denoiser
        layers = self.objective.broad if params.reach == "all" else self.objective.narrow
        adapter = LoraConfig(r=params.rank, lora_alpha=params.alpha, target_modules=list(layers), lora_dropout=0.0)
        for part in self.loaded.components.values():
            if isinstance(part, torch.nn.Module):
                part.requires_grad_(requires_grad=False)
        with torch.random.fork_rng(devices=[]), quiet():
            torch.manual_seed(self._ctx.seed)
            denoiser.add_adapter(adapter)
        if params.checkpointing:
            denoiser.enable_gradient_checkpointing()
        return adapter

    # ---- while it learns -------------------------------------------------------------------------------------

    def _loop(self) -> Loop:
        params = self._params
        self.loaded.denoiser.train()
        optimizer = torch.optim.AdamW(self.weights.parameters(), params.learning_rate, weight_decay=0.01)
        return Loop(
            self._ctx, {"lora": self.weights}, {"lora": optimizer}, steps=params.steps, average=params.average,
            schedule=Schedule(), patience=params.stop_early,
        )  # fmt: skip

    def _lot(self, loop: Loop, chosen: list[Encoded], told: list[Told]) -> Any:
        return lot_of(self.loaded, chosen, told, loop.noise, loop.device)

    def _show(self, loop: Loop, step: int) -> Iterator[sdk.Lesson]:
        denoiser = self.loaded.denoiser
        denoiser.eval()
        with holding(self.weights, loop.averaged["lora"]):
            if self.held_out:
                yield sdk.Metric("held out loss", step, self.held_out_loss(self.weights, loop.device))
            if loop.is_main:
                yield sdk.Sample(step, sdk.Image(np.concatenate(self.sheet(), 1), title=f"After {step:,} steps"))
        denoiser.train()

    def _kept(self, lessons: Iterator[sdk.Lesson]) -> Iterator[sdk.Lesson]:
        """Lessons, with the class pictures that were made put into every checkpoint."""
        for lesson in lessons:
            if isinstance(lesson, sdk.Checkpoint) and self._class is not None and self._params.prior == "made":
                _store(self._class.pictures, lesson.folder / CLASS_FILE)
            yield lesson


def _store(pictures: Any, file: Path) -> None:
    tensors = {}
    for place, one in enumerate(pictures):
        tensors[f"{place}.mean"], tensors[f"{place}.deviation"] = one.mean, one.deviation
        tensors[f"{place}.frame"] = torch.tensor(one.frame.numbers)
    save_file(tensors, file, {"caption": pictures[0].caption})


def _restored(file: Path) -> list[Encoded]:
    tensors = load_file(file)
    found = []
    for place in range(len(tensors) // 3):
        numbers = [int(number) for number in tensors[f"{place}.frame"]]
        frame = Frame(numbers[5], numbers[4], (numbers[0], numbers[1]), (numbers[2], numbers[3]))
        found.append(Encoded(tensors[f"{place}.mean"], tensors[f"{place}.deviation"], frame, ""))
    return found
