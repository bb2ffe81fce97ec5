"""Train the storyteller from open texts: ``python -m studio_text.training.train_storyteller --data DIR --out DIR``.

The schedule follows the clock: warm up, hold, and let the learning rate fall to zero over the last part of the minutes
given (warmup–stable–decay, Hu et al. 2024, "MiniCPM", section 4). Interrupted, it goes on from the last checkpoint; the
minutes already spent count. Checkpoints and the finished model go to the folder given with ``--out``.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from studio.sdk.training.muon import muon
from studio.sdk.training.precision import mixed_precision
from studio.sdk.training.states import load_checkpoint, load_sums, save_checkpoint
from studio_text.training.corpus import KINDS, Document, read_corpus, split
from studio_text.training.vocabulary import END, train_tokenizer
from studio_text.training.windows import Mixture

log = logging.getLogger("storyteller")

CHECKPOINT, OLD_CHECKPOINT = "checkpoint", "checkpoint.old"
SPENT = "seconds spent"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides how a training run goes.

    Attributes:
        minutes: wall-clock length of the whole run.
        max_steps: stop after this many steps even if minutes are left; 0 for no limit. The schedule then follows
            whichever of the two is nearer to its end.
        vocabulary, context, width, layers, heads, hidden: the model's shape; `hidden` is the feed-forward width.
        batch: windows per step, each of `context` tokens.
        muon_lr, adam_lr: peak learning rates of hidden matrices, and of embeddings and norms.
        muon_decay, adam_decay: their weight decay, as a factor on the learning rate; more than is usual, since
            the tales are read several times (Kim et al. 2025, "Pre-training under infinite compute", section 3).
        warmup, decay: shares of the run for the rising and the falling part of the schedule.
        shares_early, shares_late: proportions of `KINDS` before and during the decay.
        checkpoint_minutes: time between checkpoints.
        seed: of the weights and the order of texts.
        threads: CPU threads.
    """

    minutes: float = 600.0
    max_steps: int = 4200
    vocabulary: int = 4096
    context: int = 512
    width: int = 256
    layers: int = 4
    heads: int = 4
    hidden: int = 704
    batch: int = 8
    muon_lr: float = 4e-3
    adam_lr: float = 3e-3
    muon_decay: float = 0.3
    adam_decay: float = 0.1
    warmup: float = 0.02
    decay: float = 0.35
    shares_early: tuple[float, float, float] = (0.15, 0.77, 0.08)
    shares_late: tuple[float, float, float] = (0.40, 0.53, 0.07)
    checkpoint_minutes: float = 5.0
    seed: int = 20
    threads: int = 2


def build_model(plan: Plan, eos: int) -> Any:
    """A fresh Llama with tied embeddings, float32."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(plan.seed)
    config = LlamaConfig(
        vocab_size=plan.vocabulary,
        hidden_size=plan.width,
        intermediate_size=plan.hidden,
        num_hidden_layers=plan.layers,
        num_attention_heads=plan.heads,
        num_key_value_heads=plan.heads,
        max_position_embeddings=plan.context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=eos,
        pad_token_id=eos,
        use_cache=True,
    )
    return LlamaForCausalLM(config)


def optimizers(model: torch.nn.Module, plan: Plan) -> list[torch.optim.Optimizer]:
    """Muon for the hidden matrices; AdamW for the embedding (which is also the output) and the norms."""
    hidden = [weight for name, weight in model.named_parameters() if weight.ndim == 2 and "embed" not in name]
    others = [weight for name, weight in model.named_parameters() if weight.ndim != 2 or "embed" in name]
    return [
        muon(hidden, lr=plan.muon_lr, weight_decay=plan.muon_decay),
        torch.optim.AdamW(others, lr=plan.adam_lr, betas=(0.9, 0.97), weight_decay=plan.adam_decay),
    ]


def learning_rate(plan: Plan, done: float) -> float:
    """Factor on the peak learning rate when the share `done` of the run is over: up, flat, linearly to zero."""
    rise = min(1.0, (done + 1e-3) / plan.warmup)
    fall = min(1.0, (1.0 - done) / plan.decay)
    return max(0.0, min(rise, fall))


class Run:
    """A training run that can stop and go on: model, optimizers, data and the time spent.

    Attributes:
        step: steps taken.
        spent: seconds of training so far, those of earlier sessions included.
    """

    def __init__(self, plan: Plan, documents: list[Document], out: Path) -> None:
        self.plan, self.out = plan, out
        training, _ = split(documents)
        self.tokenizer = self._tokenizer(training)
        self.model = mixed_precision(build_model(plan, self.tokenizer.convert_tokens_to_ids(END)), "cpu")
        self.optimizers = optimizers(self.model, plan)
        self.data = Mixture(self.tokenizer, training, plan.context, plan.seed)
        self.step, self.spent = 0, 0.0
        self._resume()

    def _tokenizer(self, training: list[Document]) -> Any:
        from transformers import AutoTokenizer

        folder = self.out / "model"
        if (folder / "tokenizer.json").exists():
            return AutoTokenizer.from_pretrained(folder, local_files_only=True)
        texts = (text for document in training for text in (document.title, document.text))
        tokenizer = train_tokenizer(texts, self.plan.vocabulary, self.plan.context)
        tokenizer.save_pretrained(folder)
        return tokenizer

    @property
    def done(self) -> float:
        """Share of the run that is over, 0 … 1."""
        by_steps = self.step / self.plan.max_steps if self.plan.max_steps else 0.0
        return min(1.0, max(self.spent / (60 * self.plan.minutes), by_steps))

    def train(self) -> float:
        """Train to the end of the plan; save checkpoints and the finished model. Returns the last smoothed loss."""
        self.model.train()
        started = time.monotonic() - self.spent
        saved = self.spent
        smooth = 0.0
        while self.done < 1:
            loss = self._step()
            self.step += 1
            self.spent = time.monotonic() - started
            smooth = loss if smooth == 0 else 0.97 * smooth + 0.03 * loss
            if self.step % 25 == 0:
                self._report(smooth)
            if self.spent - saved > 60 * self.plan.checkpoint_minutes:
                saved = self.spent
                self.save()
        self.save()
        return smooth

    def _step(self) -> float:
        factor = learning_rate(self.plan, self.done)
        late = self.done > 1 - self.plan.decay
        shares = dict(zip(KINDS, self.plan.shares_late if late else self.plan.shares_early, strict=True))
        ids = torch.from_numpy(self.data.batch(self.plan.batch, shares))
        logits = self.model(input_ids=ids[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer, peak in zip(self.optimizers, (self.plan.muon_lr, self.plan.adam_lr), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _report(self, smooth: float) -> None:
        seen = self.step * self.plan.batch * self.plan.context
        passes = ", ".join(f"{kind} {stream.served / stream.tokens:.1f}" for kind, stream in self.data.streams.items())
        log.info("step %d  %.1f min  loss %.3f  %.0f tokens/s  passes: %s", self.step, self.spent / 60, smooth,
                 seen / self.spent, passes)  # fmt: skip

    def save(self) -> None:
        """Write the model folder (float16) and what is needed to go on from here."""
        part, whole, old = (self.out / name for name in ("checkpoint.part", CHECKPOINT, OLD_CHECKPOINT))
        shutil.rmtree(part, ignore_errors=True)
        save_checkpoint(part, self.step, {"model": self.model}, self._optimizers(), {SPENT: (self.spent, self.step)})
        shutil.rmtree(old, ignore_errors=True)
        if whole.exists():
            whole.rename(old)
        part.rename(whole)
        export(self.model, self.out / "model")
        (self.out / "plan.json").write_text(json.dumps(asdict(self.plan), indent=2) + "\n", encoding="utf-8")

    def _optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {f"optimizer-{number}": optimizer for number, optimizer in enumerate(self.optimizers)}

    def _resume(self) -> None:
        path = next((self.out / name for name in (CHECKPOINT, OLD_CHECKPOINT) if (self.out / name).exists()), None)
        if path is None:
            return
        self.step = load_checkpoint(path, {"model": self.model}, self._optimizers())
        self.spent = load_sums(path)[SPENT][0]
        # The order of texts starts anew, from another seed, rather than repeating the first windows.
        for number, stream in enumerate(self.data.streams.values()):
            stream.reseed(self.plan.seed + 1000 * self.step + number)
        log.info("going on from step %d, %.1f minutes", self.step, self.spent / 60)


def export(model: Any, folder: Path) -> None:
    """Save `model` as an ordinary transformers folder, weights in float16, with the defaults for generating.

    float16 keeps 11 bits of precision to bfloat16's 8, and the weights are far inside its range.
    """
    from transformers import GenerationConfig, LlamaForCausalLM

    weights = {name: value.to(torch.float16) for name, value in model.state_dict().items()}
    half = LlamaForCausalLM(model.config).to(torch.float16)
    half.load_state_dict(weights)
    half.generation_config = GenerationConfig(
        do_sample=True,
        temperature=0.85,
        top_p=0.92,
        top_k=60,
        repetition_penalty=1.15,
        eos_token_id=model.config.eos_token_id,
        pad_token_id=model.config.pad_token_id,
    )
    half.save_pretrained(folder)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with text-fairytales-en, text-poems-en, …")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the finished model")
    for name in ("minutes", "muon_lr", "adam_lr"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=Plan.__dataclass_fields__[name].default)
    for name in (
        "max_steps",
        "layers",
        "width",
        "heads",
        "hidden",
        "batch",
        "vocabulary",
        "context",
        "seed",
        "threads",
    ):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=Plan.__dataclass_fields__[name].default)
    given = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    data, out = given.pop("data"), given.pop("out")
    out.mkdir(parents=True, exist_ok=True)
    plan = Plan(**given)
    # Set here and not in `Run`: both change the whole process, which is this command's own.
    torch.set_num_threads(plan.threads)
    torch.set_flush_denormal(True)
    run = Run(plan, read_corpus(data), out)
    log.info("%.2f M parameters", sum(weight.numel() for weight in run.model.parameters()) / 1e6)
    run.train()


if __name__ == "__main__":
    main()
