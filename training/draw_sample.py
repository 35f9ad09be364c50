"""Draw the sample dataset: animals on textured ground, with their trimaps.

    python training/draw_sample.py [DIR]

Writes DIR/original/NAME.jpg and DIR/masks/NAME.png (1 object, 2 background, 3 outline); DIR is
training/data/sample by default. The same bytes every time and on every machine: only whole numbers and the
operations that IEEE 754 rounds exactly (no sine, no exponential) reach a pixel, and TensorFlow's own encoders
write them.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

COUNT = 80
SEED = 7
SHORTEST, LONGEST = 96, 160
JPEG_QUALITY = 78
OUTLINE = 2  # pixels on each side of the edge
COATS = [(205, 120, 60), (120, 85, 60), (70, 66, 72), (228, 214, 190), (150, 150, 158), (176, 138, 92)]
GROUNDS = [(86, 130, 70), (96, 140, 160), (176, 160, 120), (120, 104, 130), (70, 104, 96), (150, 120, 100)]


def blur(values: np.ndarray, radius: int) -> np.ndarray:
    """Mean over a square of 2 * radius + 1 pixels, edges repeated: sums of whole numbers, so exact."""
    for axis in range(2):
        padding = [(0, 0)] * values.ndim
        padding[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(values, padding, mode="edge"), axis=axis)
        width = 2 * radius + 1
        high, low = np.split(sums, [width], axis=axis)[1], np.split(sums, [-width], axis=axis)[0]
        values = (high - low) // width
    return values


def texture(rng: np.random.Generator, height: int, width: int, coarse: int, strength: int) -> np.ndarray:
    """Whole numbers in [-strength, strength]: coarse blotches with fine grain on them."""
    cells = rng.integers(-strength, strength + 1, (height // coarse + 2, width // coarse + 2))
    blotches = blur(np.kron(cells, np.ones((coarse, coarse), np.int64))[:height, :width], coarse // 2)
    return blotches + rng.integers(-strength // 3, strength // 3 + 1, (height, width))


def ellipse(grid: tuple, centre: tuple, radii: tuple, turn: float = 0.0) -> np.ndarray:
    """Pixels inside an ellipse; `turn` is the tangent of half of the angle it is turned by."""
    cosine, sine = (1 - turn * turn) / (1 + turn * turn), 2 * turn / (1 + turn * turn)
    x, y = grid[0] - centre[0], grid[1] - centre[1]
    along, across = x * cosine + y * sine, y * cosine - x * sine
    return (along / radii[0]) * (along / radii[0]) + (across / radii[1]) * (across / radii[1]) <= 1


def grow(mask: np.ndarray, steps: int) -> np.ndarray:
    """The mask, larger by `steps` pixels to its four sides."""
    for _ in range(steps):
        padded = np.pad(mask, 1)
        mask = (
            padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
        )
    return mask


def animal(
    rng: np.random.Generator, grid: tuple, centre: tuple, size: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of a body with legs, tail, head and ears, and those of its eyes and nose."""

    def between(low: float, high: float) -> float:
        return low + (high - low) * rng.random()

    side = 1 if rng.random() < 0.5 else -1
    turn = between(-0.12, 0.12)

    def part(x: float, y: float, rx: float, ry: float, turned: float = 0.0) -> np.ndarray:
        where = (centre[0] + side * x * size, centre[1] + y * size)
        return ellipse(grid, where, (rx * size, ry * size), side * (turn + turned))

    length, height = between(0.8, 1.0), between(0.42, 0.58)
    head_x, head_y, head = length * 0.85, -between(0.35, 0.6), between(0.34, 0.44)
    ear = between(0.12, 0.2)
    whole = part(0, 0, length, height)
    whole |= part(length * 0.6, head_y / 2, head * 0.9, height * 0.75, 0.2)
    whole |= part(head_x, head_y, head, head * 0.88)
    for x in (-0.6, 0.6):
        whole |= part(head_x + x * head, head_y - head * 0.85, ear * 0.65, ear * 1.4, x * 0.3)
        whole |= part(x * length + between(-0.08, 0.08), height * 1.0, 0.13, between(0.36, 0.5))
        whole |= part(x * length * 0.7, height * 1.0, 0.12, between(0.32, 0.42))
    whole |= part(-length * 1.15, -between(0.1, 0.4), between(0.35, 0.5), 0.1, between(0.2, 0.6))
    face = part(head_x + 0.02, head_y + head * 0.25, 0.06, 0.045)
    for x in (-0.4, 0.4):
        face |= part(head_x + x * head, head_y - head * 0.15, 0.06, 0.06)
    return whole, face


def draw(index: int) -> tuple[np.ndarray, np.ndarray]:
    """Photograph uint8 [height, width, 3] and trimap uint8 [height, width, 1] number `index`."""
    rng = np.random.default_rng([SEED, index])
    height, width = (int(side) for side in rng.integers(SHORTEST // 8, LONGEST // 8 + 1, 2) * 8)
    # Twice the size, halved at the end: soft edges without a filter of its own.
    tall, wide = 2 * height, 2 * width
    y, x = np.mgrid[0:tall, 0:wide].astype(np.float64)
    ground, coat = (np.array(colours[rng.integers(len(colours))]) for colours in (GROUNDS, COATS))
    ground, coat = ground + rng.integers(-25, 26, 3), coat + rng.integers(-20, 21, 3)

    image = ground + texture(rng, tall, wide, int(rng.integers(8, 30)), 48)[..., None]
    horizon = int(rng.integers(tall // 4, tall * 2 // 3))
    image[:horizon] += rng.integers(-30, 40, 3)
    for _ in range(int(rng.integers(2, 6))):  # stones and bushes, which are no animals
        where = (rng.random() * wide, rng.random() * tall)
        stone = ellipse((x, y), where, (8 + rng.random() * 36, 8 + rng.random() * 24), rng.random() - 0.5)
        image[stone] += rng.integers(-45, 46, 3)

    size = (0.8 + 0.3 * rng.random()) * min(wide / 2.9, tall / 2.1)
    centre = (wide * (0.42 + 0.16 * rng.random()), tall * (0.46 + 0.12 * rng.random()))
    body, face = animal(rng, (x, y), centre, size)
    image[ellipse((x, y), (centre[0], centre[1] + size), (size * 1.2, size * 0.2))] -= 35  # its shadow
    fur = coat + texture(rng, tall, wide, int(rng.integers(5, 12)), 30)[..., None]
    fur = fur - ((y - centre[1]) * 24 / size).astype(np.int64)[..., None]  # darker below
    if rng.random() < 0.4:
        stripes = ((x + y / 2 + texture(rng, tall, wide, 12, 9)) // 14).astype(np.int64) % 2 == 0
        fur[stripes] -= 32
    image[body] = fur[body]
    image[face] = 24
    image = np.clip(image, 0, 255).astype(np.int64)
    image = (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2] + 2) // 4

    inside = body[::2, ::2]
    outline = grow(inside, OUTLINE) & grow(~inside, OUTLINE)
    trimap = np.where(outline, 3, np.where(inside, 1, 2))
    return image.astype(np.uint8), trimap.astype(np.uint8)[..., None]


def main(directory: Path) -> None:
    """Write the whole sample."""
    for folder in ("original", "masks"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    for index in range(COUNT):
        image, trimap = draw(index)
        name = f"animal_{index + 1:02}"
        photograph = tf.io.encode_jpeg(image, quality=JPEG_QUALITY, optimize_size=True).numpy()
        (directory / "original" / f"{name}.jpg").write_bytes(photograph)
        (directory / "masks" / f"{name}.png").write_bytes(tf.io.encode_png(trimap, compression=9).numpy())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "data" / "sample")
