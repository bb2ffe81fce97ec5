"""Real architectures at tiny size with random weights, in the layout of an artist's own folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS = (
    "a", "the", "of", "in", "on", "red", "green", "blue", "cat", "dog", "disc", "square", "frame", "fox", "tree",
    "hello", "world", "night", "morning",
)  # fmt: skip
CHAT = (
    "{% for m in messages %}<|start|>{{ m['role'] }}\n{{ m['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)
SEED = 0


def tiny_model(name: str, folder: Path) -> Path:
    """Write the model of this name (see `MODELS`) to ``folder/name`` and return that path."""
    import torch
    import transformers

    path = folder / name
    bar = transformers.utils.logging.is_progress_bar_enabled()
    transformers.utils.logging.disable_progress_bar()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            MODELS[name](path)
    finally:
        if bar:
            transformers.utils.logging.enable_progress_bar()
    return path


def _sd(path: Path) -> None:
    from diffusers import PNDMScheduler, StableDiffusionPipeline

    tokenizer = _clip_tokenizer()
    StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=_clip(tokenizer),
        tokenizer=tokenizer,
        unet=_unet(cross_attention_dim=32),
        scheduler=PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(path)


def _sdxl(path: Path) -> None:
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline

    first, second = _clip_tokenizer(), _clip_tokenizer()
    StableDiffusionXLPipeline(
        vae=_vae(),
        text_encoder=_clip(first),
        text_encoder_2=_clip(second, projected=True),
        tokenizer=first,
        tokenizer_2=second,
        unet=_unet(
            cross_attention_dim=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + 32,
            use_linear_projection=True,
        ),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading"
        ),
        add_watermarker=False,
    ).save_pretrained(path)


def _flux(path: Path) -> None:
    from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel
    from transformers import T5Config, T5EncoderModel

    first, second = _clip_tokenizer(), _t5_tokenizer()
    t5 = T5Config(
        vocab_size=len(second), d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu"
    )
    FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True),
        vae=_vae(shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=_clip(first),
        tokenizer=first,
        text_encoder_2=T5EncoderModel(t5).eval(),
        tokenizer_2=second,
        transformer=FluxTransformer2DModel(
            patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=32, pooled_projection_dim=32, axes_dims_rope=(4, 4, 8),
            guidance_embeds=True,
        ).eval(),
    ).save_pretrained(path)  # fmt: skip


def _causal_lm(path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Tokenizer

    vocabulary, merges = _pairs(["\u0120" + word for word in WORDS] + list(WORDS))
    for name in ("<|pad|>", "<|start|>", "<|end|>"):
        vocabulary[name] = len(vocabulary)
    tokenizer = Qwen2Tokenizer(
        vocab=vocabulary, merges=merges, eos_token="<|end|>", pad_token="<|pad|>", model_max_length=96
    )
    tokenizer.chat_template = CHAT
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=96, initializer_range=0.2,
        bos_token_id=None, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).eval().save_pretrained(path)
    tokenizer.save_pretrained(path)


MODELS: dict[str, Callable[[Path], None]] = {"sd": _sd, "sdxl": _sdxl, "flux": _flux, "lm": _causal_lm}
"""What can be built: three kinds of image pipeline, and a language model."""


def _vae(**other: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16), layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=64,
        force_upcast=False, **other,
    ).eval()  # fmt: skip


def _unet(**other: Any) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), block_out_channels=(16, 32), layers_per_block=1,
        attention_head_dim=2, norm_num_groups=4, **other,
    ).eval()  # fmt: skip


def _clip(tokenizer: Any, *, projected: bool = False) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    end = tokenizer.eos_token_id
    config = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, projection_dim=32, num_hidden_layers=2,
        num_attention_heads=2, bos_token_id=end - 1, eos_token_id=end, pad_token_id=end,
    )  # fmt: skip
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config).eval()


def _clip_tokenizer() -> Any:
    from transformers import CLIPTokenizer

    vocabulary, merges = _pairs(list(WORDS), "</w>")
    for name in ("<|startoftext|>", "<|endoftext|>"):
        vocabulary[name] = len(vocabulary)
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)


def _t5_tokenizer() -> Any:
    from transformers import T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *(("\u2581" + word, -3.0) for word in WORDS)]
    pieces += [("\u2581", -4.0), *((chr(code), -6.0) for code in range(33, 127))]
    pieces += [(f"<extra_id_{number}>", 0.0) for number in (1, 0)]
    return T5Tokenizer(vocab=pieces, extra_ids=2, model_max_length=64)


def _pairs(words: list[str], ending: str = "") -> tuple[dict[str, int], list[tuple[str, str]]]:
    """A byte-level vocabulary that knows every byte and builds each word from left to right."""
    from tokenizers.pre_tokenizers import ByteLevel

    letters = sorted(ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate([*letters, *(a + ending for a in letters if ending)])}
    merges: list[tuple[str, str]] = []
    for word in words:
        left, *rest = [*word[:-1], word[-1] + ending]
        for right in rest:
            if (left, right) not in merges:
                merges.append((left, right))
            left += right
            vocabulary.setdefault(left, len(vocabulary))
    return vocabulary, merges
