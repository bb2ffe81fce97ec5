"""A language model of the artist's in memory, and the LoRA it wears. Imports torch and transformers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging

from studio import sdk
from studio_text.own_models import ADAPTER, LoraFolder, ModelFolder

CONTEXT_NAMES = ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length")
CONTEXT = 2048
"""Tokens a model is shown when it does not say how many it can see."""


class OwnModel:
    """A language model that stays between runs.

    Attributes:
        model: the network, with the LoRA in it while one is worn.
        tokenizer: its tokenizer.
        context: the longest text it can see, tokens.
        ends: the tokens that end a text.
        last_alone: whether the network takes ``logits_to_keep``.
    """

    def __init__(self, folder: ModelFolder, device: str, dtype: str) -> None:
        """Load it from the artist's folder, which stays as it is. Raises `UserError` when that fails."""
        self.folder = folder
        self.tokenizer, self.model = _loaded(folder, getattr(torch, dtype))
        self.model.to(device).eval()
        given = getattr(self.model, "generation_config", None)
        ends = [getattr(given, "eos_token_id", None), self.tokenizer.eos_token_id]
        self.ends = frozenset(int(end) for known in ends for end in _listed(known))
        # What the folder suggests for generating must not mix with what the artist chose.
        self.model.generation_config = GenerationConfig()
        longest = [getattr(self.model.config, name, None) for name in CONTEXT_NAMES]
        self.context = int(next((number for number in longest if isinstance(number, int) and number > 0), CONTEXT))
        # Not every architecture can be asked for the last place alone.
        self.last_alone = "logits_to_keep" in inspect.signature(self.model.forward).parameters
        self._worn: tuple[str, str] | None = None

    @property
    def components(self) -> dict[str, Any]:
        """The parts by name, by which the host measures it."""
        return {"model": self.model}

    def wear(self, lora: LoraFolder | None, weight: float) -> None:
        """Put a LoRA on, or take the last one off where `lora` is None.

        Raises:
            UserError: the LoRA does not fit this model, or cannot be read.
        """
        wanted = None if lora is None else (str(lora.path), lora.stamp)
        if wanted != self._worn:
            if self._worn is not None:
                self.model, self._worn = self.model.unload(), None
            if lora is not None:
                self.model, self._worn = _dressed(self.model, lora), wanted
        if lora is not None:
            for layer in self.model.modules():
                if hasattr(layer, "set_scale") and hasattr(layer, "lora_A"):
                    layer.set_scale("default", weight)


def _dressed(model: Any, lora: LoraFolder) -> Any:
    from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
    from safetensors.torch import load_file

    try:
        weights = load_file(lora.path / ADAPTER)
        dressed = get_peft_model(model, LoraConfig(**lora.settings))
    except Exception as error:  # whatever a stranger's file makes a library raise
        raise _misfit(lora) from error
    try:
        told = set_peft_model_state_dict(dressed, weights)
    except Exception as error:
        dressed.unload()
        if is_out_of_memory(error):
            raise
        raise _misfit(lora) from error
    if told.unexpected_keys or not weights:
        dressed.unload()
        raise _misfit(lora)
    return dressed.eval()


def _loaded(folder: ModelFolder, dtype: torch.dtype) -> tuple[Any, Any]:
    """Tokenizer and network. Raises `UserError` whatever is wrong with what stands in the folder."""
    how = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder.path, **how)
            model = AutoModelForCausalLM.from_pretrained(folder.path, use_safetensors=True, dtype=dtype, **how)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        lines = str(error).strip().splitlines()
        raise sdk.UserError(
            f"The model in {folder.path.name} cannot be loaded: {(lines[0] if lines else type(error).__name__)[:200]}",
            param=folder.param, hint="Its files may be damaged or incomplete, or need code of their own.",
        ) from error  # fmt: skip
    return tokenizer, model


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from drawing bars and giving advice where nobody looks."""
    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()


@contextmanager
def memory_told() -> Iterator[None]:
    """Turn torch's words for too little memory into those the host can help with."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise sdk.OutOfMemory from error
        raise


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out; on the CPU torch says so in words only."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError, sdk.OutOfMemory)):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def _listed(known: Any) -> list[Any]:
    if known is None:
        return []
    return list(known) if isinstance(known, (list, tuple)) else [known]


def _misfit(lora: LoraFolder) -> sdk.UserError:
    return sdk.UserError(
        f"The LoRA in {lora.path.name} does not fit this model.", param="lora",
        hint="Choose the model it was taught on, or one of the same make.",
    )  # fmt: skip
