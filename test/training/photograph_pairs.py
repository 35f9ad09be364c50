"""The example's scripts, importable, and folders of small pairs for them."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

TRAINING = Path(__file__).resolve().parents[2] / "training"
sys.path.insert(0, str(TRAINING))


def write_pair(channel: Path, name: str, side: int = 24, suffix: str = ".png", seed: int = 0) -> None:
    """A noisy photograph, brighter where its trimap says object."""
    rng = np.random.default_rng([seed, sum(name.encode())])
    height, width = side, side + int(rng.integers(0, 8))
    trimap = np.full((height, width), 2, np.uint8)
    trimap[height // 4 : -height // 4, width // 4 : -width // 4] = 3
    trimap[height // 3 : -height // 3, width // 3 : -width // 3] = 1
    photograph = rng.integers(0, 120, (height, width, 3)) + 130 * (trimap == 1)[..., None]
    for folder in ("original", "masks"):
        (channel / folder).mkdir(parents=True, exist_ok=True)
    Image.fromarray(photograph.astype(np.uint8)).save(channel / "original" / f"{name}{suffix}")
    Image.fromarray(trimap).save(channel / "masks" / f"{name}.png")


def write_channel(channel: Path) -> None:
    """Ten pairs: pair_0 … pair_9, JPEG and PNG."""
    for index in range(10):
        write_pair(channel, f"pair_{index}", suffix=".jpg" if index % 2 else ".png")
