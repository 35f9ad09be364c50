"""What a training script imports, takes, reads, writes and prints, and what of it a job cannot do."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from expressions import Expressions, dotted, variable_read
from imported_modules import sources
from printed_metrics import PrintedMetrics, escaped, metric_name
from script_argument import ScriptArgument, script_argument

# Calls that write to the path that is their first argument, those whose second is one, and those that read.
_WRITES = re.compile(
    r"\.(save|export|save_(model|pretrained|weights)|savez|savetxt|savefig|to_(csv|parquet|pickle)|imwrite)$"
)
_OBJECT_FIRST = ("torch.save", "tf.saved_model.save", "joblib.dump", "keras.models.save_model")
_READS = re.compile(
    r"(^|\.)(read_(csv|parquet|json|excel)|imread|loadtxt|genfromtxt|load_svmlight_file|listdir|i?glob"
    r"|ImageFolder|DMatrix|image_dataset_from_directory|flow_from_directory)$"
)
# A path that only the machine of its author has; where a job may write, and its model is.
_OF_A_MACHINE = re.compile(r"(/(?!opt/ml(/|$)|tmp(/|$)|dev/)|~|[A-Za-z]:[\\/]|file:|\.\.)")
_KEPT = re.compile(r"/opt/ml/(model|output|checkpoints)(/|$)|/tmp(/|$)|/dev/")
# Imports and calls that no job has.
_GONE = re.compile(r"(google\.colab|IPython|ipywidgets|tkinter)(\.|$)")
_WINDOW = re.compile(r"cv2\.(imshow|waitKey|namedWindow|destroyAllWindows)")
_SHOW = re.compile(r"(plt|pyplot|matplotlib\.pyplot|pylab)\.show")
# `logger.info`, `tqdm.write`, `sys.stdout.write`.
_LOGS = re.compile(r"(^|_|\.)(log|logger|logging|LOG|LOGGER|stdout|stderr|tqdm)\.(info|warning|debug|write)$")
_SETTING = re.compile(r"epoch|batch|rate|^lr$|units|layers|depth|estimators|seed|hidden|dropout", re.I)
# Keras' fit takes what scikit-learn's does not.
_FIT = {"epochs", "validation_data", "validation_split", "batch_size", "callbacks"}
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What XGBoost measures where nothing is said, by the beginning of its objective.
_OBJECTIVES = {"binary:logi": "logloss", "multi:": "mlogloss", "reg:": "rmse"}


class ScriptReader:
    """A script and the modules beside it that it imports, and what is found in them."""

    def __init__(self, script: Path) -> None:
        self.script = script
        # What has to travel: its folder, or the one above where modules are found from there.
        self.source = script.parent
        self.findings: list[dict[str, Any]] = []
        self.arguments: dict[str, ScriptArgument] = {}
        self.hyperparameters: dict[str, dict[str, Any]] = {}
        self.metrics = PrintedMetrics()
        # With where else the script finds the data.
        self.channels: dict[str, str | None] = {}
        # Top-level names of what is not its own, with the first file and line.
        self.imports: dict[str, tuple[str, int]] = {}
        # What it reads by itself, such as s3://bucket, with the first file and line.
        self.buckets: dict[str, tuple[str, int]] = {}
        self.functions: set[str] = set()
        # Whether it writes to the model's folder, and a SavedModel.
        self.saves = self.exports = False
        # Whether it calls what Keras 3 has no longer.
        self.keras2 = False
        self._options: set[ast.expr] = set()
        self._relative: set[tuple[str, int]] = set()
        self._read()

    def _read(self) -> None:
        above = self.script.parents[1]
        read = [(self.file, *rest) for _, *rest in sources(above, [self.script], self._parsed)]
        self.files = [file for file, *_ in read]
        for look in (self._declaration, self._use):
            for self.file, self._tree, _ in read:
                self.expressions = Expressions(self._tree)
                for node in _in_order(self._tree):
                    look(node)
        self.file = self.files[0]
        own = {each.name.split(".")[0] for *_, imports in read for each in imports if each.folder}
        gone: dict[tuple[str, int], str] = {}
        for file, _, imports in read:
            self.source = above if any(each.folder == above for each in imports) else self.source
            for name, line, _ in imports:
                top, place = name.split(".")[0], (file, line)
                if _GONE.match(name):
                    gone.setdefault(place, name)
                elif top not in own | sys.stdlib_module_names and place not in self._relative | gone.keys():
                    self.imports.setdefault(top, place)
        for place, name in gone.items():
            self.found(place, f"imports {name}, which a job has not")

    def found(
        self, where: ast.AST | tuple[str, int] | None, text: str, fails: bool = True, **more: bool
    ) -> None:
        """Keep what a person should know, and whether the job fails by it or loses what it made."""
        file, line = where if isinstance(where, tuple) else (self.file, getattr(where, "lineno", 1))
        self.findings.append({"file": file, "line": line, "fails": fails, "text": text, **more})

    def _parsed(self, file: Path) -> ast.Module:
        self.file = file.relative_to(self.script.parents[1]).as_posix()
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
        try:
            return ast.parse("\n".join(lines))
        except (SyntaxError, ValueError):
            pass
        for number, line in enumerate(lines, 1):
            if magic := re.match(r"(\s*)([%!]{1,2}[A-Za-z].*)$", line):
                lines[number - 1] = f"{magic[1]}pass"
                self._magic((self.file, number), magic[2])
        try:
            return ast.parse("\n".join(lines))
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            raise SystemExit(f"{self.file}:{line}: is not Python {sys.version_info[0]}: {error}") from None

    def _magic(self, where: ast.AST | tuple[str, int], text: str) -> None:
        way_out = "take the line out (packages go into requirements.txt)"
        self.found(where, f"'{text}' is a notebook's, not Python; {way_out}")

    def _declaration(self, node: ast.AST) -> None:
        """What the rest is judged by: variables, functions, arguments."""
        if read := variable_read(node):
            self._variable(*read)
        match node:
            case ast.FunctionDef(name=name, decorator_list=decorators):
                self.functions.add(name)
                self._options |= {each for each in decorators if isinstance(each, ast.Call)}
            case ast.Call(func=func, keywords=keywords):
                name = dotted(func)
                self.exports |= name.endswith((".export", "saved_model.save"))
                self.exports |= any(keyword.arg == "save_format" for keyword in keywords)
                declares = not name.endswith("option") or node in self._options
                argument = script_argument(node, self.expressions) if declares else None
                if argument:
                    self.arguments[argument.attribute] = argument
                    if problem := argument.problem():
                        self.found(node, *problem)
                    elif argument.is_hyperparameter:
                        self._hyperparameter(argument.name, argument.default, node)

    def _variable(self, name: str, fallback: ast.expr | None) -> None:
        value = self.expressions.value(fallback)
        self.saves |= name == "SM_MODEL_DIR"
        if name.startswith("SM_CHANNEL_"):
            channel = name.removeprefix("SM_CHANNEL_").lower()
            self.channels[channel] = self.channels.get(channel) or (value if isinstance(value, str) else None)
        elif name.startswith("SM_HP_") and isinstance(value, str | int | float):
            if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?", value):
                value = json.loads(value)
            self._hyperparameter(name.removeprefix("SM_HP_").lower(), value, fallback)

    def _hyperparameter(self, name: str, value: Any, node: ast.AST) -> None:
        place = {"file": self.file, "line": node.lineno}
        self.hyperparameters.setdefault(name, {"name": name, "value": value, **place})

    def _use(self, node: ast.AST) -> None:
        match node:
            case ast.ImportFrom(level=1 | 2 | 3):
                self._relative.add((self.file, node.lineno))
                if self.file == self.files[0]:
                    way_out = "the entry point is no part of a package; import it without the dots"
                    self.found(node, f"'{ast.unparse(node)}': {way_out}")
            case ast.Subscript(value=value) if dotted(value) == "sys.argv":
                way_out = "SageMaker passes `--name value`: use argparse"
                self.found(node, f"reads sys.argv by position; {way_out}")
            case ast.Constant(value=str(text)):
                self.saves |= bool(re.match(r"/opt/ml/model(/|$)", text))
                if bucket := re.match(r"s3://[a-z0-9][a-z0-9.-]+", text):
                    self.buckets.setdefault(bucket[0], (self.file, node.lineno))
                channel = re.match(r"/opt/ml/input/data/([\w.-]+)", text)
                # /opt/ml/input/data/training beside SM_CHANNEL_TRAINING is the same one.
                if channel and channel[1].lower() not in self.channels:
                    self.channels[channel[1]] = None
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if node in self._tree.body:
                number = self.expressions.value(value)
                known = isinstance(number, int | float) and not isinstance(number, bool)
                if known and _SETTING.search(name) and not self.arguments and not self.hyperparameters:
                    flag, kind = name.lower().replace("_", "-"), type(number).__name__
                    way_out = f"parser.add_argument('--{flag}', type={kind}, default={number})"
                    text = f"{name} = {number} is no argument; {way_out} makes it a hyperparameter"
                    self.found(node, text, False)
            case ast.Call():
                self._call(node, dotted(node.func), {each.arg: each.value for each in node.keywords})

    def _call(self, node: ast.Call, name: str, given: dict[str | None, ast.expr]) -> None:
        last = name.rpartition(".")[2]
        if name == "print":
            if dotted(given.get("file", ast.Name("sys.stdout"))).startswith("sys.std"):
                sep, end = (self.expressions.value(given.get(key)) for key in ("sep", "end"))
                self.metrics.add(node.args, self.expressions, sep=sep, end=end)
        elif _LOGS.search(name) and node.args:
            self.metrics.add_logged(node.args, self.expressions)
        elif name == "input":
            self.found(node, "input() waits for a person, and no one is there: the job fails")
        elif last == "get_ipython":
            self._magic(node, "get_ipython()")
        elif _WINDOW.fullmatch(name):
            self.found(node, f"{name} opens a window, and a job has no screen: take it out")
        elif _SHOW.fullmatch(name):
            way_out = "plt.savefig into SM_OUTPUT_DATA_DIR keeps the picture"
            self.found(node, f"{name} shows nothing in a job; {way_out}", False)
        elif last in ("fit", "fit_generator") and name != last and _FIT & given.keys():
            self._fit(node, given)
        elif last in ("Trainer", "Seq2SeqTrainer", "SFTTrainer"):
            self.metrics.add_known("train:loss", "'loss': '?")
            if "eval_dataset" in given:
                self.metrics.add_known("validation:loss", "'eval_loss': '?")
        elif name in ("xgb.train", "xgboost.train"):
            self._boost(given.get("evals"), node.args[0] if node.args else given.get("params"))
        if "save_format" in given:
            way_out = "model.export(os.path.join(os.environ['SM_MODEL_DIR'], '1')) writes what is served"
            self.keras2 = True
            self.found(node, f"save_format= is gone in Keras 3; {way_out}", keras3=True)
        self._file_access(node, name, given)

    def _fit(self, node: ast.Call, given: dict[str | None, ast.expr]) -> None:
        """Keras' fit prints by itself."""
        verbose = self.expressions.value(given.get("verbose"))
        if verbose in (None, 1, "auto"):
            text = "fit draws its bar again and again, so each metric is read at every step"
            self.found(node, f"{text}; verbose=2 prints a line for an epoch", False)
        for metric in ["loss", *_compiled(self._tree)] if verbose != 0 else []:
            self.metrics.add_known(f"train:{metric}", f" - {escaped(metric)}: ")
            if {"validation_data", "validation_split"} & given.keys():
                self.metrics.add_known(f"validation:{metric}", f" - val_{escaped(metric)}: ")

    def _boost(self, evals: ast.expr | None, settings: ast.expr | None) -> None:
        """XGBoost's train prints what it measures of each of its `evals`."""

        def said(key: str) -> Any:
            match [value for name, value in pairs if isinstance(name, ast.Constant) and name.value == key]:
                case [ast.Attribute(attr=name)] if name in self.arguments:
                    return self.arguments[name].default
                case [value]:
                    return self.expressions.value(value)

        evals, settings = (
            self.expressions.bound.get(getattr(each, "id", None), each) for each in (evals, settings)
        )
        pairs = [*zip(settings.keys, settings.values, strict=True)] if isinstance(settings, ast.Dict) else []
        goal = said("objective") if isinstance(said("objective"), str) else "reg:"
        usual = next((name for start, name in _OBJECTIVES.items() if goal.startswith(start)), None)
        measured = said("eval_metric") or usual
        for pair in getattr(evals, "elts", []) if isinstance(measured, str) else []:
            match pair:
                case ast.Tuple(elts=[_, ast.Constant(value=str(name))]):
                    before = rf"\b{escaped(name)}-{escaped(measured)}:"
                    self.metrics.add_known(metric_name(f"{name} {measured}"), before)

    def _file_access(self, node: ast.Call, name: str, given: dict[str | None, ast.expr]) -> None:
        paths, writes = node.args, bool(_WRITES.search(name))
        if name in ("open", "io.open", "gzip.open"):
            mode = self.expressions.value(paths[1] if len(paths) > 1 else given.get("mode"))
            writes = isinstance(mode, str) and bool(set(mode) & set("wax+"))
        elif name.endswith(_OBJECT_FIRST):
            paths, writes = paths[1:], True
        elif name.endswith("write_text") and isinstance(node.func, ast.Attribute):
            paths, writes = [node.func.value], True
        elif not writes and not _READS.search(name):
            return
        root = self.expressions.path_root(paths[0]) if paths else None
        argument = self.arguments.get(root.attr) if isinstance(root, ast.Attribute) else None
        text = argument.default if argument else getattr(root, "value", None)
        text = text if isinstance(text, str) and not (argument and argument.from_environment) else ""
        if not writes:
            if not argument and _OF_A_MACHINE.match(text):
                way_out = "read os.environ['SM_CHANNEL_…'], or put the file into sourceDir"
                self.found(node, f"{name} reads '{text}', which is not there in a job; {way_out}")
            return
        if re.search(r"(^|\.)model\.save$", name) and root and not self.exports:
            text_3 = "model.save writes no SavedModel with Keras 3, and nothing else is served"
            way_out = "model.export(os.path.join(os.environ['SM_MODEL_DIR'], '1'))"
            self.found(node, f"{text_3}; {way_out}", keras3=True)
        # A name alone may be a file's or a folder's: what is no path at all is no text.
        if text and not _KEPT.match(text):
            whose = f"the default of {argument.flags[-1]}, " if argument else ""
            kept = "what is kept lies in SM_MODEL_DIR (the model) or SM_OUTPUT_DATA_DIR"
            lost = f"{name} writes to {whose}'{text}', which is gone when the job ends"
            self.found(node, f"{lost}; {kept}", False)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but for doc strings, depth first."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from _in_order(child)


def _compiled(tree: ast.Module) -> Iterator[str]:
    """The metrics that a Keras model is compiled with, as Keras calls them in its lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("compile"):
            given = [keyword.value for keyword in node.keywords if keyword.arg == "metrics"]
            for metric in getattr(given[0], "elts", []) if given else []:
                match metric, [each.value for each in getattr(metric, "keywords", []) if each.arg == "name"]:
                    case (ast.Constant(value=str(name)), _) | (_, [ast.Constant(value=str(name))]):
                        yield name
                    case ast.Call(func=func), _:
                        yield _CAPITAL.sub("_", dotted(func).rpartition(".")[2]).lower()
