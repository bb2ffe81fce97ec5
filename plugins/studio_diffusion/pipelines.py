"""A pipeline of the artist's in memory: loading, wearing a LoRA, being watched and cancelled. Imports diffusers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import diffusers
import torch
from safetensors import SafetensorError, safe_open

import studio.sdk as sdk
from studio_diffusion.folders import LORA_FILE, PipelineFolder

ADAPTER = "worn"
"""What a LoRA is called inside a pipeline."""

HARMLESS = frozenset(
    {"r", "lora_alpha", "target_modules", "rank_pattern", "alpha_pattern", "lora_dropout", "init_lora_weights", "bias",
     "inference_mode", "peft_type", "peft_version", "base_model_name_or_path", "revision", "task_type", "use_dora",
     "use_rslora", "fan_in_fan_out", "lora_bias", "exclude_modules", "layers_to_transform", "layers_pattern",
     "megatron_core", "qalora_group_size"}
)  # fmt: skip
"""Settings in a LoRA's header that may be set; others could name modules to be imported."""


class LoadedPipeline:
    """A pipeline that stays between runs.

    Attributes:
        pipe: as diffusers knows it, on its device.
        folder: where it came from.
        components: its parts, by which the host measures it.
    """

    def __init__(self, folder: PipelineFolder, device: str, dtype: str, *, save_memory: bool = False) -> None:
        """Load it from the artist's folder, which stays as it is.

        Args:
            folder: judged by `read_pipeline`.
            device: torch's name of it.
            dtype: name of the type to keep weights in.
            save_memory: keep only the part that works on the GPU, and decode in tiles.

        Raises:
            UserError: it cannot be loaded.
        """
        self.folder = folder
        self.pipe = _loaded(folder, getattr(torch, dtype))
        self.pipe.progress_bar = no_bar  # tqdm starts a thread even for bars that are not shown
        if save_memory:
            self.pipe.vae.enable_tiling()
        if save_memory and device != "cpu":
            self.pipe.enable_model_cpu_offload(device=device)
        else:
            self.pipe.to(device)
        self._worn: tuple[Path, int] | None = None

    @property
    def components(self) -> dict[str, Any]:
        """The parts by name."""
        return dict(self.pipe.components)

    @property
    def denoiser(self) -> Any:
        """The part that is asked at every step."""
        return getattr(self.pipe, self.folder.kind.denoiser)

    @property
    def natural_size(self) -> int:
        """The side of the pictures it learned from, pixels."""
        learned = getattr(self.pipe, "default_sample_size", None) or self.denoiser.config["sample_size"]
        if isinstance(learned, (list, tuple)):
            learned = min(learned)
        return int(learned) * int(self.pipe.vae_scale_factor)

    @property
    def grain(self) -> int:
        """Sides of pictures are multiples of this many pixels."""
        return int(self.pipe.vae_scale_factor) * (2 if self.folder.kind.name == "flux" else 1)

    def wear(self, file: Path | None, weight: float, param: str = "lora") -> None:
        """Put a LoRA on, or take the last one off where `file` is None.

        Raises:
            UserError: the LoRA does not fit this model, or cannot be read.
        """
        wanted = None if file is None else (file, file.stat().st_mtime_ns)
        if wanted != self._worn:
            if self._worn is not None:
                self._worn = None
                self.pipe.unload_lora_weights()
            if file is not None:
                self._put_on(file, param)
                self._worn = wanted
        if file is not None:
            self.pipe.set_adapters([ADAPTER], [weight])

    def _put_on(self, file: Path, param: str) -> None:
        check_header(file, param)
        try:
            with quiet():
                self.pipe.load_lora_weights(
                    str(file.parent), weight_name=file.name, adapter_name=ADAPTER, local_files_only=True,
                    use_safetensors=True,
                )  # fmt: skip
        except Exception as error:
            if is_out_of_memory(error):
                raise
            self.pipe.unload_lora_weights()
            raise _misfit(self.folder, file, param) from error
        if ADAPTER not in getattr(self.denoiser, "peft_config", {}):
            self.pipe.unload_lora_weights()
            raise _misfit(self.folder, file, param)


def _loaded(folder: PipelineFolder, dtype: torch.dtype) -> Any:
    """Raises `UserError` whatever is wrong with what stands in the folder."""
    given: dict[str, Any] = {}
    try:
        with quiet():
            if folder.checked:
                from transformers.models.clip import CLIPImageProcessorPil

                # The class that the folder names may need torchvision; this one reads the same settings.
                place = folder.path / "feature_extractor"
                given["feature_extractor"] = CLIPImageProcessorPil.from_pretrained(place, local_files_only=True)
            return getattr(diffusers, folder.kind.pipeline).from_pretrained(
                folder.path, local_files_only=True, use_safetensors=True, dtype=dtype, variant=folder.variant or None,
                **given,
            )  # fmt: skip
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise sdk.UserError(
            f"The model in {folder.path.name} cannot be loaded: {_first_line(error)}",
            param=folder.param, hint="Its files may be damaged or incomplete; copy the model anew.",
        ) from error  # fmt: skip


def check_header(file: Path, param: str) -> None:
    """That a LoRA's file is one, and that its header asks for nothing but low-rank matrices.

    Raises:
        UserError: it does not, or cannot be read.
    """
    try:
        with safe_open(file, "pt") as opened:
            header = opened.metadata() or {}
            names = list(opened.keys())
        asked = json.loads(header.get("lora_adapter_metadata") or "{}")
    except (OSError, ValueError, SafetensorError, RecursionError) as error:
        raise sdk.UserError(f"{name_of(file)} cannot be read.", param=param, hint="Copy the LoRA anew.") from error
    if not any("lora" in name.lower() for name in names):
        raise sdk.UserError(f"{name_of(file)} is no LoRA.", param=param, hint="Choose the folder of a LoRA.")
    settings = asked if isinstance(asked, Mapping) else {"odd": True}
    odd = [name for name, value in settings.items() if value and str(name).rpartition(".")[2] not in HARMLESS]
    if odd:
        raise sdk.UserError(
            f"The LoRA {name_of(file)} asks for something unusual ({odd[0][:60]}).", param=param,
            hint="Choose an ordinary LoRA.",
        )  # fmt: skip


class Silent:
    """What pipelines do with a progress bar, and nothing shown."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        return

    def update(self, count: int = 1) -> None:
        """Nothing to count."""


def no_bar(iterable: Any = None, total: int | None = None) -> Any:
    """In place of a pipeline's ``progress_bar``: what is gone through, or something to be told of steps."""
    del total
    return Silent() if iterable is None else iterable


@contextmanager
def quiet() -> Iterator[None]:
    """Keep both libraries from drawing bars and giving advice where nobody looks."""
    from transformers.utils import logging as transformers_logging

    talk = diffusers.utils.logging.get_verbosity(), transformers_logging.get_verbosity()
    bars = diffusers.utils.logging.is_progress_bar_enabled(), transformers_logging.is_progress_bar_enabled()
    for library in (diffusers.utils.logging, transformers_logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    try:
        yield
    finally:
        for library, level, bar in zip((diffusers.utils.logging, transformers_logging), talk, bars, strict=True):
            library.set_verbosity(level)
            if bar:
                library.enable_progress_bar()


@contextmanager
def memory_told(remedy: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Turn torch's words for too little memory into those the host can help with.

    Args:
        remedy: values that need less, by parameter.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise sdk.OutOfMemory(remedy=remedy) from error
        raise


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out; on the CPU torch says so in words only."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError, sdk.OutOfMemory)):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def _misfit(folder: PipelineFolder, file: Path, param: str) -> sdk.UserError:
    return sdk.UserError(
        f"The LoRA {name_of(file)} does not fit {folder.path.name}, which is of the kind {folder.kind.title}.",
        param=param, hint="Choose a LoRA that was made for this kind of model.",
    )  # fmt: skip


def name_of(file: Path) -> str:
    """What an artist calls a LoRA: its folder's name where the file has the usual one."""
    return file.parent.name if file.name == LORA_FILE else file.name


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]
