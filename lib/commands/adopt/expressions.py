"""What an expression says by itself: its value, the variable that it reads, what a path begins with."""

import ast
import contextlib
import re
from collections import Counter
from typing import Any

# What only a run could tell.
UNKNOWN = object()

_READS = re.compile(r"(^|\.)(getenv|environ\.get|env(_get)?|get_env)$")
_MAKES_PATH = re.compile(r"(^|\.)(join|Path|PurePath|str|abspath|realpath|expanduser|fspath|glob)$")

# Names that stand for names that stand for names.
_DEPTH = 8


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; what stands before it, such as a call, is left out."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id] if isinstance(node, ast.Name) else parts))


def variable_read(node: ast.AST) -> str | None:
    """The variable of the environment that an expression reads."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name))) if dotted(value).endswith(
            "environ"
        ):
            return name
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if _READS.search(dotted(func)):
            return name
    return None


class Expressions:
    """The expressions of one file: a name is what it is bound to, if it is bound once."""

    def __init__(self, tree: ast.Module) -> None:
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        named = [(each.id, node) for node in nodes for each in node.targets if isinstance(each, ast.Name)]
        times = Counter(name for name, _ in named)
        self._bound = {name: node.value for name, node in named if times[name] == 1}

    def resolved(self, node: ast.AST | None) -> ast.AST | None:
        """What a name stands for; anything else is itself."""
        for _ in range(_DEPTH):
            node = self._bound.get(node.id, node) if isinstance(node, ast.Name) else node
        return node

    def value(self, node: ast.AST | None) -> Any:
        """What an expression is, or UNKNOWN; None for none."""
        node = self.resolved(node)
        with contextlib.suppress(ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None if node is None else ast.literal_eval(node)
        return UNKNOWN

    def path_start(self, node: ast.AST) -> str | None:
        """The text that a path begins with, if it begins with one."""
        for _ in range(_DEPTH):
            match node := self.resolved(node):
                case ast.Constant(value=str(text)):
                    return text
                case (
                    ast.JoinedStr(values=[first, *_])
                    | ast.FormattedValue(value=first)
                    | ast.BinOp(left=first)
                    | ast.Call(func=ast.Attribute(value=first, attr="format"))
                ):
                    node = first
                case ast.Call(func=func, args=[first, *_]) if _MAKES_PATH.search(dotted(func)):
                    node = first
        return None
