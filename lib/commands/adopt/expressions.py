"""What an expression says by itself: its value, the variable that it reads, what a path begins with."""

import ast
import contextlib
import operator
import re
from collections import Counter
from typing import Any

# What only a run could tell.
UNKNOWN = object()

_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda base, power: base ** min(power, 64),
}
_READS_VARIABLE = re.compile(r"(^|\.)(getenv|environ\.get|env(_get)?|get_env)$")
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


def variable_read(node: ast.AST | None) -> tuple[str, ast.expr | None] | None:
    """The variable of the environment that an expression reads, and what it takes without."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name))):
            return (name, None) if dotted(value).endswith("environ") else None
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *rest]):
            return (name, rest[0] if rest else None) if _READS_VARIABLE.search(dotted(func)) else None
    return None


class Expressions:
    """The expressions of one file: a name is what it is bound to, if it is bound once."""

    def __init__(self, tree: ast.Module) -> None:
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        named = [(each.id, node) for node in nodes for each in node.targets if isinstance(each, ast.Name)]
        times = Counter(name for name, _ in named)
        self.bound = {name: node.value for name, node in named if times[name] == 1}

    def value(self, node: ast.AST | None, depth: int = _DEPTH) -> Any:
        """What an expression is, or UNKNOWN; None for none."""
        with contextlib.suppress(ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None if node is None else ast.literal_eval(node)
        match node:
            case ast.Name(id=name) if depth and name in self.bound:
                return self.value(self.bound[name], depth - 1)
            case ast.BinOp(left=left, op=op, right=right) if depth and type(op) in _ARITHMETIC:
                sides = self.value(left, depth - 1), self.value(right, depth - 1)
                if all(isinstance(side, int | float) and abs(side) < 1e6 for side in sides):
                    with contextlib.suppress(ZeroDivisionError, OverflowError):
                        return _ARITHMETIC[type(op)](*sides)
        return UNKNOWN

    def path_root(self, node: ast.AST, depth: int = _DEPTH) -> ast.Constant | ast.Attribute | None:
        """What a path begins with: a text, or an argument of the script."""
        match node:
            case ast.Name(id=name) if depth and name in self.bound:
                return self.path_root(self.bound[name], depth - 1)
            case (
                ast.JoinedStr(values=[first, *_])
                | ast.FormattedValue(value=first)
                | ast.BinOp(left=first)
                | ast.Call(func=ast.Attribute(value=first, attr="format"))
            ):
                return self.path_root(first, depth)
            case ast.Call(func=func, args=[first, *_]) if _MAKES_PATH.search(dotted(func)):
                return None if variable_read(node) else self.path_root(first, depth)
            case ast.Constant(value=str()) | ast.Attribute(value=ast.Name()):
                return node
        return None
