"""The sample dataset is what its script draws, small, and of the layout that the training script reads."""

from pathlib import Path

import draw_sample
import numpy as np
from photograph_pairs import TRAINING
from PIL import Image

SAMPLE = TRAINING / "data" / "sample"


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(directory)): file.read_bytes() for file in directory.rglob("*") if file.is_file()
    }


def test_the_committed_sample_is_drawn_byte_for_byte_by_its_script(tmp_path):
    draw_sample.main(tmp_path)
    drawn, committed = contents(tmp_path), contents(SAMPLE)
    assert drawn.keys() == committed.keys()
    assert [name for name in drawn if drawn[name] != committed[name]] == []


def test_the_sample_is_small_enough_to_commit():
    assert sum(len(data) for data in contents(SAMPLE).values()) <= 1_000_000


def test_every_photograph_has_a_trimap_of_its_size_with_all_three_classes():
    photographs = sorted((SAMPLE / "original").iterdir())
    masks = sorted((SAMPLE / "masks").iterdir())
    assert [file.stem for file in photographs] == [file.stem for file in masks]
    for photograph, mask in zip(photographs, masks, strict=True):
        with Image.open(photograph) as image, Image.open(mask) as trimap:
            assert (image.format, image.mode, trimap.format, trimap.mode) == ("JPEG", "RGB", "PNG", "L")
            assert image.size == trimap.size
            assert set(np.unique(np.asarray(trimap))) == {1, 2, 3}, mask.name


def test_the_outline_separates_object_from_background():
    for mask in sorted((SAMPLE / "masks").iterdir()):
        with Image.open(mask) as trimap:
            values = np.asarray(trimap)
        for first, second in ((values[1:], values[:-1]), (values[:, 1:], values[:, :-1])):
            assert not np.any((first == 1) & (second == 2)), mask.name
            assert not np.any((first == 2) & (second == 1)), mask.name
