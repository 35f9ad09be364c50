"""A training script and the modules beside it that it imports, as `ast` reads them."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from expressions import Expressions, dotted, variable_read
from imported_modules import Import, sources
from script_argument import script_argument

# A file, relative to the folder above the script's, and a line.
Place = tuple[str, int]


class Source(NamedTuple):
    """One of its files."""

    file: str
    tree: ast.Module
    imports: list[Import]
    expressions: Expressions


class Call(NamedTuple):
    """A call: the dotted name of what is called, and what is given by name."""

    source: Source
    node: ast.Call
    name: str
    given: dict[str | None, ast.expr]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.source.file, self.node.lineno

    def value(self, name: str) -> Any:
        """What is given by a name, or UNKNOWN; None if it is not."""
        return self.source.expressions.value(self.given.get(name))


class Script:
    """The script with all that it says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        above = path.parents[1]
        self.sources = [
            Source(file.relative_to(above).as_posix(), tree, imports, Expressions(tree))
            for file, tree, imports in sources(above, [path], _parsed)
        ]
        self.nodes = [(source, node) for source in self.sources for node in _in_order(source.tree)]
        self.calls = [
            Call(source, node, dotted(node.func), {each.arg: each.value for each in node.keywords})
            for source, node in self.nodes
            if isinstance(node, ast.Call)
        ]
        self.start: Place = (self.sources[0].file, 1)
        imports = [(source.file, each) for source in self.sources for each in source.imports]
        # What has to travel: its folder, or the one above where modules are found from there.
        self.folder = above if any(each.folder == above for _, each in imports) else path.parent
        own = {each.name.split(".")[0] for _, each in imports if each.folder}
        # What is neither its own nor Python's, by its top-level name, with the first place.
        self.imports: dict[str, Place] = {}
        for file, each in imports:
            if (top := each.name.split(".")[0]) not in own | sys.stdlib_module_names:
                self.imports.setdefault(top, (file, each.line))
        declared = [(script_argument(call.node, call.source.expressions), call.place) for call in self.calls]
        self.arguments = [(argument, place) for argument, place in declared if argument]
        # Those that it reads of the environment.
        read = (variable_read(node) for _, node in self.nodes)
        self.variables = [*filter(None, read)]

    def texts(self, pattern: str) -> Iterator[tuple[re.Match[str], Place]]:
        """The texts that begin like a pattern."""
        for source, node in self.nodes:
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if found := re.match(pattern, text):
                yield found, (source.file, node.lineno)


def _parsed(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        place = f"{file.parent.name}/{file.name}:{getattr(error, 'lineno', 1)}"
        raise SystemExit(f"{place}: is not Python 3: {getattr(error, 'text', None) or error}") from None


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but for doc strings, depth first."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from _in_order(child)
