import sys
from pathlib import Path

import pytest

LIB = Path(__file__).resolve().parents[3] / "lib"
sys.path[:0] = [str(LIB / "commands/adopt"), str(LIB / "python/sources")]

from distributions import requirements  # noqa: E402
from framework_choice import allows, choose_framework  # noqa: E402


@pytest.mark.parametrize(
    ("specifier", "version", "expected"),
    [
        ("", "2.19", True),
        ("==2.19.0", "2.19", True),
        ("==2.19.*", "2.19", True),
        ("==2.1", "2.19", False),
        (">=2.16,<2.20", "2.19", True),
        (">=2.16,<2.20", "2.21", False),
        ("~=2.19", "2.21", True),
        ("~=2.19.1", "2.21", False),
        ("<2.19", "2.19", False),
        ("<2.19.0", "2.19", False),
        ("<2.19.1", "2.19", True),
        ("<=2.19", "2.19", True),
        # 2.19.1 is greater.
        (">2.19", "2.19", True),
        (">2.20", "2.19", False),
        ("!=2.19.1", "2.19", True),
        ("!=2.19.*", "2.19", False),
        ("<3", "2.21", True),
        (">=1.2", "1.9-0", True),
    ],
)
def test_what_a_specifier_allows_of_an_image(specifier, version, expected):
    assert allows(specifier, version) == expected


def test_requirements_are_read_as_pip_does():
    text = '# none\n-r other.txt\nTensorFlow[and-cuda] >= 2.16, < 2.20 ; python_version > "3"  # why\n'
    assert requirements(f"{text}--pre\nscikit_learn") == [
        # Nobody knows what the other file names.
        ("", "", 2),
        ("tensorflow", ">=2.16,<2.20", 3),
        ("scikit-learn", "", 5),
    ]


@pytest.mark.parametrize(
    ("text", "version", "fits"),
    [
        ("", "2.21", True),
        ("tensorflow>=2.16,<2.20", "2.19", True),
        # The newest that fits, though its patching is over.
        ("tensorflow<2.18", "2.3.1", True),
        ("tensorflow==99.1", "2.21", False),
    ],
)
def test_the_version_that_fits_and_is_patched(text, version, fits):
    table = [("2.22", "over"), ("2.21", None), ("2.19", None), ("2.3.1", "over"), ("2.3", "over")]
    versions = [{"version": each, **({"unpatched": why} if why else {})} for each, why in table]
    used = {"scikit-learn", "keras"}
    name, chosen, _, is_fitting = choose_framework(used, requirements(text), {"tensorflow": versions})
    assert (name, chosen["version"], is_fitting) == ("tensorflow", version, fits)
