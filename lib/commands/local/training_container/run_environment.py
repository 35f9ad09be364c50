"""The Python environment of one run: the packages of this Python, and a place of its own before them.

What the source's requirements.txt or the script itself installs goes there, and leaves this Python as it is.
"""

import shutil
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path


def make_environment(place: Path, before: Iterable[Path] = ()) -> Path:
    """Makes an empty virtual environment over this Python, whose packages it sees; returns its interpreter.

    `before` has folders of packages that come before this Python's. The interpreter is a link, and nothing is
    copied: it takes a millisecond.
    """
    shutil.rmtree(place, ignore_errors=True)
    packages = packages_of(place)
    packages.mkdir(parents=True)
    (place / "bin").mkdir()
    base = Path(sys._base_executable)
    (place / "pyvenv.cfg").write_text(
        f"home = {base.parent}\ninclude-system-site-packages = false\nversion = {sys.version.split()[0]}\n"
    )
    for name in ("python", "python3"):
        (place / "bin" / name).symlink_to(base)
    # addsitedir reads the .pth files in them too.
    seen = dict.fromkeys([*map(str, before), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    (packages / "behind.pth").write_text(
        "".join(f"import site; site.addsitedir({path!r})\n" for path in seen)
    )
    return place / "bin/python"


def packages_of(place: Path) -> Path:
    """Where an environment's packages are."""
    return place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def unfinished_mark(place: Path) -> Path:
    """What lies in an environment that lacks something which was to be installed."""
    return place / "unfinished"


def is_finished(place: Path) -> bool:
    """Whether an environment is there with all that was to be installed."""
    return place.is_dir() and not unfinished_mark(place).exists()
