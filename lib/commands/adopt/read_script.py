"""Read a training script without running it: what it imports, takes, reads, writes and prints, as JSON.

    python read_script.py SCRIPT

The modules beside the script that it imports are read too. Nothing is imported or executed: `ast` alone
looks at the text.
"""

import ast
import contextlib
import json
import operator
import re
import sys
from pathlib import Path

# Calls that write to a path, by the call's last name, and which argument the path is.
WRITERS = {
    "save": 0,
    "export": 0,
    "save_model": 0,
    "save_pretrained": 0,
    "save_weights": 0,
    "savez": 0,
    "savetxt": 0,
    "savefig": 0,
    "to_csv": 0,
    "to_parquet": 0,
    "to_pickle": 0,
    "write_text": None,
    "imwrite": 0,
    "dump": 1,
}
# Those whose first argument is what is written.
OBJECT_FIRST = {"torch.save", "tf.saved_model.save", "joblib.dump", "keras.models.save_model"}
READERS = {
    "read_csv",
    "read_parquet",
    "read_json",
    "read_excel",
    "imread",
    "loadtxt",
    "genfromtxt",
    "load_svmlight_file",
    "ImageFolder",
    "image_dataset_from_directory",
    "flow_from_directory",
    "listdir",
    "glob",
    "iglob",
    "DMatrix",
}
DEFINED_FLAGS = {
    "DEFINE_integer": "int",
    "DEFINE_float": "float",
    "DEFINE_string": "str",
    "DEFINE_enum": "str",
    "DEFINE_bool": "bool",
    "DEFINE_boolean": "bool",
}
GONE = {"google.colab", "IPython", "ipywidgets", "tkinter"}
# A path that only the machine of its author has.
OF_A_MACHINE = re.compile(r"^(/(?!opt/ml(/|$)|tmp(/|$)|dev/)|~|[A-Za-z]:[\\/]|file:|\.\.)")
FACTS = ["files", "imports", "arguments", "environment", "prints", "fits", "trainers", "boosts"]
FACTS += ["writes", "reads", "findings", "functions", "constants", "paths"]
ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda base, power: base ** min(power, 64),
}
# `logger.info`, `tqdm.write`, `sys.stdout.write`.
LOGGER = re.compile(r"(^|_|\.)(log|logger|logging|LOG|LOGGER|stdout|stderr|tqdm)\.\w+$")
PATH_MAKER = re.compile(r"(^|\.)(join|Path|PurePath|str|abspath|realpath|expanduser|fspath|glob|format)$")
FIELD = re.compile(r"\{\{|\}\}|\{([\w.\[\]]*)(?:![rsa])?(?::([^{}]*(?:\{\w*\}[^{}]*)*))?\}")
CAPITAL = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
LOGGED = {"info", "warning", "debug", "write"}
MAX_LENGTH = 200


class Unknown(Exception):
    """What only a run could tell."""


def dotted(node):
    """`a.b.c` of a chain of names; what stands before it, such as a call, is left out."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def environment_name(node):
    """The variable that an expression reads, and its default; None if it reads none."""
    if isinstance(node, ast.Subscript) and dotted(node.value).endswith("environ"):
        key, default = node.slice, None
    elif (
        isinstance(node, ast.Call)
        and re.search(r"(^|\.)(getenv|environ\.get|env(_get)?|get_env)$", dotted(node.func))
        and node.args
    ):
        key, default = node.args[0], node.args[1] if len(node.args) > 1 else None
    else:
        return None
    return (key.value, default) if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def without_magics(text):
    """The text with a notebook's magics and shell lines taken out, and their lines."""
    lines, found = text.split("\n"), []
    try:
        ast.parse(text)
        return text, found
    except SyntaxError:
        pass
    for number, line in enumerate(lines):
        magic = re.match(r"^(\s*)([%!]{1,2}[A-Za-z].*)$", line)
        if magic:
            lines[number] = f"{magic[1]}pass"
            found.append((number + 1, magic[2]))
    return "\n".join(lines), found


class Script:
    """A script and the modules beside it that it imports."""

    def __init__(self, path):
        self.path = path
        self.facts = {name: [] for name in FACTS}
        # Where `import x` finds x: beside the script, and in the source's root, which PYTHONPATH has.
        self.roots = [path.parent, path.parent.parent]
        self.source_root = path.parent

    def read(self):
        """Read all files; the script first."""
        waiting, seen = [self.path], set()
        while waiting:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            name = str(path.relative_to(self.roots[1]) if self.roots[1] in path.parents else path)
            text, magics = without_magics(path.read_text(encoding="utf-8", errors="replace"))
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError) as error:
                line = getattr(error, "lineno", None) or 1
                raise SystemExit(f"{name}:{line}: is not Python {sys.version_info[0]}: {error}") from None
            self.facts["files"].append(name)
            module = Module(self.facts, name, tree)
            for line, magic in magics:
                module.found("magic", line, magic)
            module.look()
            for imported in module.modules:
                local = self.local(imported)
                if local:
                    waiting.append(local)
        local = {fact["module"] for fact in self.facts["imports"] if self.local(fact["module"])}
        self.facts["imports"] = [
            {**fact, "package": fact["module"].split(".")[0]}
            for fact in self.facts["imports"]
            if fact["module"] not in local and not self.local(fact["module"].split(".")[0])
        ]
        self.facts["standardLibrary"] = sorted(
            {fact["package"] for fact in self.facts["imports"]} & set(sys.stdlib_module_names)
        )
        return {**self.facts, "script": str(self.path), "sourceRoot": str(self.source_root)}

    def local(self, module):
        """The file of a module beside the script."""
        for root in self.roots:
            whole = root.joinpath(*module.split("."))
            # A folder above counts only if it has the very module: else any folder there would be a package.
            for candidate in (whole.with_suffix(".py"), whole / "__init__.py"):
                if candidate.is_file():
                    if root != self.path.parent:
                        self.source_root = root
                    return candidate
        return None


class Module:
    """One file."""

    def __init__(self, facts, name, tree):
        self.facts, self.name, self.tree = facts, name, tree
        self.modules = []
        # What a name is bound to, where it is bound once in the file.
        self.values, twice = {}, set()
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Name):
                    if target.id in self.values:
                        twice.add(target.id)
                    self.values[target.id] = node.value
        for name in twice:
            del self.values[name]
        self.imported_as = {}

    def add(self, list_name, node, **fact):
        """Keep a fact with its place."""
        line = node if isinstance(node, int) else node.lineno
        self.facts[list_name].append({**fact, "file": self.name, "line": line})

    def found(self, kind, node, text=""):
        """Keep something that will not work."""
        self.add("findings", node, kind=kind, text=text[:MAX_LENGTH])

    def value(self, node, depth=0):
        """The value of an expression that says it itself."""
        if depth > 8 or node is None:
            raise Unknown
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            pass
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.value(self.values[node.id], depth + 1)
        if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
            left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
            if all(isinstance(side, int | float) and abs(side) < 1e6 for side in (left, right)):
                with contextlib.suppress(ZeroDivisionError, OverflowError):
                    return ARITHMETIC[type(node.op)](left, right)
        raise Unknown

    def described(self, node):
        """A value as JSON: what it is, which variable it reads, or how it is written."""
        read = environment_name(node)
        if read:
            return {"variable": read[0], "fallback": self.described(read[1]) if read[1] else None}
        if isinstance(node, ast.Call) and len(node.args) == 1 and environment_name(node.args[0]):
            return self.described(node.args[0])
        try:
            value = self.value(node)
            json.dumps(value, allow_nan=False)
            if isinstance(value, str | int | float | bool | list | tuple | type(None)):
                return {"value": list(value) if isinstance(value, tuple) else value}
        except (Unknown, TypeError, ValueError):
            pass
        return {"source": ast.unparse(node)[:MAX_LENGTH]} if node is not None else None

    def path(self, node):
        """What a path begins with, where the text says it: `root` is a literal, an argument or a variable."""
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.path(self.values[node.id])
        if isinstance(node, ast.JoinedStr) and node.values:
            return self.path(node.values[0])
        if isinstance(node, ast.FormattedValue):
            return self.path(node.value)
        if isinstance(node, ast.BinOp):
            return self.path(node.left)
        if isinstance(node, ast.Call) and PATH_MAKER.search(dotted(node.func)):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
                return self.path(node.func.value)
            return self.path(node.args[0]) if node.args else None
        if environment_name(node):
            return {"variable": environment_name(node)[0]}
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {"value": node.value}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return {"attribute": node.attr}
        return None

    def look(self):
        """Look at every node, in the order of the text."""
        for node in self.in_order(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.imported(node, alias.name)
            elif isinstance(node, ast.ImportFrom):
                self.imported_from(node)
            elif isinstance(node, ast.FunctionDef):
                self.facts["functions"].append(node.name)
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and dotted(decorator.func).endswith("option"):
                        self.argument(decorator)
            elif isinstance(node, ast.Call):
                self.call(node)
            elif isinstance(node, ast.Subscript) and dotted(node.value) == "sys.argv":
                self.found("argv", node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.text(node)
            if environment_name(node):
                name, fallback = environment_name(node)
                default = self.described(fallback) if fallback is not None else None
                self.add("environment", node, name=name, default=default)
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                value = self.described(node.value)
                if isinstance(value.get("value") if value else None, int | float):
                    self.add("constants", node, name=node.targets[0].id, value=value["value"])

    def in_order(self, node):
        """Every node but for doc strings, depth first."""
        yield node
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            yield from self.in_order(child)

    def imported(self, node, module):
        self.modules.append(module)
        self.add("imports", node, module=module)
        if any(module == gone or module.startswith(f"{gone}.") for gone in GONE):
            self.found("gone-import", node, module)

    def imported_from(self, node):
        module = node.module or ""
        if node.level:
            base = Path(self.name).parent.parts
            above = base[: len(base) - node.level + 1]
            prefix = ".".join((*above, *([module] if module else [])))
            self.modules += [prefix, *(f"{prefix}.{alias.name}" for alias in node.names)]
            if self.name == self.facts["files"][0]:
                self.found("relative-import", node, ast.unparse(node))
            return
        self.imported(node, module)
        self.modules += [f"{module}.{alias.name}" for alias in node.names]

    def text(self, node):
        channel = re.match(r"^/opt/ml/input/data/([\w.-]+)", node.value)
        if channel:
            self.add("paths", node, channel=channel[1])
        elif re.match(r"^/opt/ml/model(/|$)", node.value):
            self.add("paths", node, channel=None)

    def call(self, node):
        name = dotted(node.func)
        last = name.rsplit(".", 1)[-1]
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if last == "add_argument" or last == "add":
            if node.args and all(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in node.args):
                self.argument(node)
        elif last in DEFINED_FLAGS and len(node.args) > 1:
            kind = DEFINED_FLAGS[last]
            self.add(
                "arguments",
                node,
                flags=[f"--{node.args[0].value}"] if isinstance(node.args[0], ast.Constant) else [],
                type=kind,
                default=self.described(node.args[1]),
                choices=None,
                required=False,
                many=False,
                flag=kind == "bool",
            )
        elif name == "print":
            if "file" not in keywords or dotted(keywords["file"]).startswith("sys.std"):
                self.printed(node, self.joined(node.args, keywords))
        elif last in LOGGED and LOGGER.search(name):
            if node.args:
                self.printed(node, self.pieces(node.args[0], node.args[1:]))
        elif name == "input":
            self.found("input", node)
        elif re.search(r"^cv2\.(imshow|waitKey|namedWindow|destroyAllWindows)$", name):
            self.found("window", node, name)
        elif re.search(r"^(plt|pyplot|matplotlib\.pyplot|pylab)\.show$", name):
            self.found("show", node, name)
        elif name.endswith("get_ipython"):
            self.found("magic", node, "get_ipython()")
        elif last in ("fit", "fit_generator") and isinstance(node.func, ast.Attribute):
            self.fit(node, keywords)
        elif last in ("Trainer", "Seq2SeqTrainer", "SFTTrainer"):
            self.add("trainers", node, evaluates="eval_dataset" in keywords)
        elif name in ("xgb.train", "xgboost.train"):
            self.boost(node, keywords)
        if "save_format" in keywords:
            self.found("save-format", node, ast.unparse(node))
        self.file_access(node, name, last, keywords)

    def argument(self, node):
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        flags = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        flags = [part for flag in flags for part in flag.split("/")[:1]]
        if not flags or not all(re.match(r"^-{0,2}[A-Za-z]", flag) for flag in flags):
            return
        # `names.add("x")` of a set is no argument.
        if dotted(node.func).endswith(".add") or (
            dotted(node.func) == "add" and not (keywords or flags[0].startswith("-"))
        ):
            return
        action = self.described(keywords.get("action")) or {}
        kind = keywords.get("type")
        choices = self.described(keywords.get("choices")) or {}
        flag = self.described(keywords.get("is_flag")) or {}
        self.add(
            "arguments",
            node,
            flags=flags,
            dest=(self.described(keywords.get("dest")) or {}).get("value"),
            type=ast.unparse(kind) if kind is not None else None,
            default=self.described(keywords.get("default")),
            choices=choices.get("value"),
            required=(self.described(keywords.get("required")) or {}).get("value") is True,
            many="nargs" in keywords or "multiple" in keywords,
            flag=bool(flag.get("value"))
            or str(action.get("value", "")).startswith(("store_", "count", "version", "append"))
            or "BooleanOptionalAction" in str(action.get("source", "")),
        )

    def joined(self, arguments, keywords):
        """What print makes of its arguments."""
        separator = (self.described(keywords.get("sep")) or {}).get("value", " ")
        end = (self.described(keywords.get("end")) or {}).get("value", "\n")
        pieces = []
        for position, argument in enumerate(arguments):
            if position:
                pieces.append({"text": separator if isinstance(separator, str) else " "})
            pieces += self.pieces(argument, [])
        return [*pieces, {"text": end if isinstance(end, str) else "\n"}]

    def pieces(self, node, rest):
        """A formatted text as texts and values. @param rest: what a logger puts in"""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.percent(node.value, rest) if rest else [{"text": node.value}]
        if isinstance(node, ast.JoinedStr):
            return [piece for part in node.values for piece in self.pieces(part, [])]
        if isinstance(node, ast.FormattedValue):
            spec = "".join(
                part.value if isinstance(part, ast.Constant) else "0"
                for part in (node.format_spec.values if node.format_spec else [])
            )
            return [self.shown(node.value, spec)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.pieces(node.left, []) + self.pieces(node.right, [])
        if isinstance(node, ast.Call) and dotted(node.func) == "str" and node.args:
            return [self.shown(node.args[0], "")]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            try:
                template = self.value(node.left)
            except Unknown:
                template = None
            if isinstance(template, str):
                right = node.right
                return self.percent(template, right.elts if isinstance(right, ast.Tuple) else [right])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            try:
                template = self.value(node.func.value)
            except Unknown:
                template = None
            if isinstance(template, str):
                return self.format(template, node)
        if isinstance(node, ast.Name) and isinstance(
            self.values.get(node.id), ast.JoinedStr | ast.BinOp | ast.Call
        ):
            value = self.values[node.id]
            if isinstance(value, ast.JoinedStr):
                return self.pieces(value, [])
        return [self.shown(node, "")]

    def shown(self, node, spec):
        return {"value": ast.unparse(node)[:MAX_LENGTH], "spec": spec}

    def percent(self, template, values):
        pieces, values, end = [], list(values), 0
        for match in re.finditer(r"%(?:\((\w+)\))?([-+ #0]*[\d*]*(?:\.[\d*]+)?)[hlL]?([a-zA-Z%])", template):
            pieces.append({"text": template[end : match.start()]})
            end = match.end()
            if match[3] == "%":
                pieces.append({"text": "%"})
                continue
            shown = {"value": match[1] or ""}
            if values and not match[1]:
                shown = self.shown(values.pop(0), "")
            pieces.append({**shown, "spec": "" if match[3] in "sr" else f"{match[2]}{match[3]}"})
        return [*pieces, {"text": template[end:]}]

    def format(self, template, node):
        pieces, next_one, end = [], 0, 0
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        for match in FIELD.finditer(template):
            pieces.append({"text": template[end : match.start()]})
            end = match.end()
            if match[0] in ("{{", "}}"):
                pieces.append({"text": match[0][0]})
                continue
            field = match[1]
            if field == "" or field.isdigit():
                index = next_one if field == "" else int(field)
                next_one += field == ""
                value = node.args[index] if index < len(node.args) else None
            else:
                value = named.get(field)
            shown = self.shown(value, "") if value is not None else {"value": field}
            pieces.append({**shown, "spec": match[2] or ""})
        return [*pieces, {"text": template[end:]}]

    def printed(self, node, pieces):
        if any("value" in piece for piece in pieces):
            self.add("prints", node, pieces=pieces)

    def fit(self, node, keywords):
        """Keras' fit, which prints by itself: told from scikit-learn's by what it is given."""
        if not ({"epochs", "validation_data", "validation_split", "batch_size", "callbacks"} & set(keywords)):
            return
        verbose = self.described(keywords.get("verbose"))
        metrics = []
        for other in ast.walk(self.tree):
            if isinstance(other, ast.Call) and dotted(other.func).endswith("compile"):
                given = next((k.value for k in other.keywords if k.arg == "metrics"), None)
                for metric in given.elts if isinstance(given, ast.List | ast.Tuple) else []:
                    metrics.append(self.metric(metric))
        self.add(
            "fits",
            node,
            metrics=[metric for metric in metrics if metric],
            validates=bool({"validation_data", "validation_split"} & set(keywords)),
            verbose=verbose,
        )

    def metric(self, node):
        """What Keras calls a metric in its lines."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Call):
            name = next((k.value for k in node.keywords if k.arg == "name"), None)
            if isinstance(name, ast.Constant):
                return name.value
            words = re.sub(CAPITAL, "_", dotted(node.func).split(".")[-1])
            return words.lower()
        return None

    def boost(self, node, keywords):
        evals = keywords.get("evals")
        if isinstance(evals, ast.Name):
            evals = self.values.get(evals.id)
        names = [
            pair.elts[1].value
            for pair in (evals.elts if isinstance(evals, ast.List | ast.Tuple) else [])
            if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(pair.elts[1], ast.Constant)
        ]
        parameters = node.args[0] if node.args else keywords.get("params")
        if isinstance(parameters, ast.Name):
            parameters = self.values.get(parameters.id)
        settings = {}
        if isinstance(parameters, ast.Dict):
            for key, value in zip(parameters.keys, parameters.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("eval_metric", "objective"):
                    settings[key.value] = (
                        {"attribute": value.attr}
                        if isinstance(value, ast.Attribute)
                        else self.described(value)
                    )
        self.add(
            "boosts",
            node,
            names=names,
            metric=settings.get("eval_metric"),
            objective=settings.get("objective"),
        )

    def file_access(self, node, name, last, keywords):
        arguments = node.args
        if name in ("open", "io.open", "gzip.open"):
            mode = (self.described(arguments[1] if len(arguments) > 1 else keywords.get("mode")) or {}).get(
                "value", "r"
            )
            if arguments and isinstance(mode, str):
                self.access("writes" if set(mode) & set("wax+") else "reads", node, name, arguments[0])
            return
        if last in READERS and arguments:
            self.access("reads", node, name, arguments[0])
        if last == "dump" and name != "joblib.dump":
            return
        if last in WRITERS and isinstance(node.func, ast.Attribute):
            position = 1 if name in OBJECT_FIRST or name.endswith("torch.save") else WRITERS[last]
            if position is None:
                self.access("writes", node, name, node.func.value)
            elif len(arguments) > position:
                self.access("writes", node, name, arguments[position])

    def access(self, kind, node, call, path):
        root = self.path(path)
        if root:
            text = root.get("value")
            fixed = isinstance(text, str) and bool(OF_A_MACHINE.match(text))
            self.add(kind, node, call=call, root=root, ofMachine=fixed)


if __name__ == "__main__":
    print(json.dumps(Script(Path(sys.argv[1]).resolve()).read()))
