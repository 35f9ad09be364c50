"""What Python sources import. Reads them, runs nothing."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class Import(NamedTuple):
    """A dotted name that a source imports, its line, and the folder in which it is, if it is here."""

    name: str
    line: int
    folder: Path | None


def parsed(file: Path) -> ast.Module | None:
    """A source's tree; None for what is no Python, which is told when it runs."""
    try:
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def sources(
    code_dir: Path, scripts: Iterable[Path], parse: Callable[[Path], ast.Module | None] = parsed
) -> Iterator[tuple[Path, ast.Module, list[Import]]]:
    """Scripts, and the modules beside them that they import, with what they cannot do without."""
    seen: set[Path] = set()
    waiting = [*scripts]
    folders = dict.fromkeys([*(script.parent for script in waiting), code_dir])
    while waiting:
        file = waiting.pop(0)
        tree = None if file in seen or not file.is_file() else parse(file)
        seen.add(file)
        if tree is None:
            continue
        imports = []
        for name, line in _imports(tree, file.parent, code_dir):
            path = Path(*name.split("."))
            modules = [
                (each, each / part) for each in folders for part in (f"{path}.py", path / "__init__.py")
            ]
            folder, module = next((found for found in modules if found[1].is_file()), (None, None))
            imports.append(Import(name, line, folder))
            waiting += [module] if module else []
        yield file, tree, imports


def imported_modules(
    code_dir: Path, scripts: Iterable[Path], asked: Mapping[str, str] = MappingProxyType({})
) -> set[str]:
    """Top-level names that scripts, and the modules beside them that they import, cannot do without.

    `asked` has the modules that a name asks for without importing them, such as `{"load_img": "PIL"}`.
    """
    scripts = [*scripts]
    names: set[str] = set()
    for _, tree, imports in sources(code_dir, scripts):
        names |= {asked[name] for name in _names(tree) if name in asked} if asked else set()
        names |= {name.split(".")[0] for name, _, _ in imports}
    folders = {code_dir, *(script.parent for script in scripts)}
    return {name for name in names if not any(_is_in(folder, name) for folder in folders)}


def _imports(node: ast.AST, folder: Path, code_dir: Path) -> Iterator[tuple[str, int]]:
    """Dotted names below a node and their lines, but for those that a script can do without."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            package = ()
            if child.level:
                package = folder.relative_to(code_dir).parts
                package = package[: len(package) - child.level + 1]
            base = ".".join([*package, *([child.module] if child.module else [])])
            if base:
                yield base, child.lineno
            names = (f"{base}.{alias.name}".strip(".") for alias in child.names if base or child.level)
            yield from ((name, child.lineno) for name in names)
        elif isinstance(child, ast.Try) and any(_takes_import_error(handler) for handler in child.handlers):
            for part in (*child.handlers, *child.orelse, *child.finalbody):
                yield from _imports(part, folder, code_dir)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for part in child.orelse:
                yield from _imports(part, folder, code_dir)
        else:
            yield from _imports(child, folder, code_dir)


def _takes_import_error(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return not caught or bool(re.search(r"\b(ImportError|ModuleNotFoundError|Exception)\b", caught))


def _names(tree: ast.AST) -> Iterator[str]:
    """All that a source calls by name: variables, attributes, what it imports from modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _is_in(folder: Path, name: str) -> bool:
    return (folder / name).is_dir() or any(folder.glob(f"{name}.*"))
