"""What trainers written with PyTorch share: a loop that can be killed at any moment and go on as if it had not been.

Importing this needs only the standard library; torch and accelerate come in when a `Loop` is made.
"""

from studio.sdk.training.loop import Loop, Schedule
from studio.sdk.training.precision import autocast, mixed_precision
from studio.sdk.training.stopping import stop_early

__all__ = ["Loop", "Schedule", "autocast", "mixed_precision", "stop_early"]
