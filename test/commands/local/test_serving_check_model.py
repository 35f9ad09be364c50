"""The check of an archive before it is served, and the layout rules that the server shares with it."""

import json
import shutil
import subprocess
import sys

import pytest
from check_model import check_model
from running_server import LOCAL
from serving_container.model_layout import DEFAULT_MODEL_NAME, ModelError, find_models


def lay_out(folder, *files):
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.mark.parametrize(
    ("files", "model_name", "versions"),
    [
        (["1/saved_model.pb"], "model", {1: "1"}),
        (["1/saved_model.pb", "10/saved_model.pb", "9/variables/x", "9/saved_model.pb"], "model", None),
        (["export/Servo/1700000000/saved_model.pb"], "Servo", {1700000000: "export/Servo/1700000000"}),
        (["unet/3/saved_model.pb", "unet/notes.txt", "code/inference.py"], "unet", {3: "unet/3"}),
        (["0724133000/saved_model.pb"], "model", {724133000: "0724133000"}),
        # find_model_versions of the container leaves the last digit.
        (["00000000/saved_model.pb"], "model", {0: "00000000"}),
        ([f"{2**63 - 1}/saved_model.pb"], "model", {2**63 - 1: str(2**63 - 1)}),
    ],
)
def test_all_versions_of_the_one_model_are_found(tmp_path, files, model_name, versions):
    (model,) = find_models(lay_out(tmp_path, *files), {})
    versions = versions or {1: "1", 9: "9", 10: "10"}
    found = {version: str(path.relative_to(tmp_path.resolve())) for version, path in model.versions.items()}
    assert (model.name, found) == (model_name, versions)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "found an empty directory; expected a SavedModel under a numeric folder"),
        (["saved_model.pb"], "found saved_model.pb, whose folder is not a number; expected"),
        (["export/saved_model.pb"], "found export/saved_model.pb, whose folder is not a number"),
        (["v1/saved_model.pb"], "found v1/saved_model.pb, whose folder is not a number"),
        (["unet.keras"], r"found unet.keras; .*model.export\(os.environ\['SM_MODEL_DIR'\] \+ '/1'\)"),
        ([f"{i}.txt" for i in range(12)], "and 4 more files; expected"),
        (["1/saved_model.pb", "01/saved_model.pb"], "version folder 1/ is refused: 01/ is version 1 too"),
        ([f"{2**63}/saved_model.pb"], f"is refused: the largest version is {2**63 - 1}"),
        (["1" * 200 + "/saved_model.pb"], "is refused: the largest version is"),
        (
            ["1/saved_model.pb", "2/weights.h5", "1700"],
            "1700, 2 holds no saved_model.pb: the container takes",
        ),
        (["a/1/saved_model.pb", "b/a/1/saved_model.pb"], "several models of one name: a, b/a; rename one"),
        (
            ["a/1/saved_model.pb", "b/1/saved_model.pb"],
            rf"several models in the archive \(a, b\).*{DEFAULT_MODEL_NAME}",
        ),
    ],
)
def test_fails_on_another_layout_saying_what_was_found(tmp_path, files, message):
    with pytest.raises(ModelError, match=message):
        find_models(lay_out(tmp_path, *files), {})


def test_the_environment_names_the_model_among_several(tmp_path):
    lay_out(tmp_path, "a/1/saved_model.pb", "b/1/saved_model.pb")
    assert [model.name for model in find_models(tmp_path, {DEFAULT_MODEL_NAME: "b"})] == ["b", "a"]
    with pytest.raises(ModelError, match="is 'c', but the archive's models are: a, b"):
        find_models(tmp_path, {DEFAULT_MODEL_NAME: "c"})


def printed(model_dir, *options):
    command = [sys.executable, *options, str(LOCAL / "check_model.py"), str(model_dir)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(result.stdout), result.stderr


def test_the_command_finds_nothing_wrong_without_importing_tensorflow(model_dir):
    problems, errors = printed(model_dir, "-X", "importtime")
    assert problems == []
    assert "tensorflow.python" not in errors


def test_the_command_prints_the_problem(tmp_path):
    assert printed(tmp_path)[0] == [
        "no model to serve: found an empty directory; expected a SavedModel under a numeric folder, "
        "such as 1/saved_model.pb"
    ]


@pytest.fixture
def archive(model_dir, tmp_path):
    shutil.copytree(model_dir, tmp_path / "archive")
    return tmp_path / "archive"


def test_fails_when_the_variables_are_missing(archive):
    (archive / "1" / "variables" / "variables.index").unlink()
    assert "1/saved_model.pb has variables, but variables/ beside it lacks" in check_model(archive)[0]


def test_fails_on_a_file_that_is_no_saved_model(archive):
    path = archive / "1" / "saved_model.pb"
    path.write_bytes(path.read_bytes()[:1000])
    assert "1/saved_model.pb is not a SavedModel" in check_model(archive)[0]


def test_fails_without_signatures_and_without_the_serving_tag(archive):
    from tensorflow.core.protobuf import saved_model_pb2

    path = archive / "1" / "saved_model.pb"
    saved_model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    saved_model.meta_graphs[0].signature_def.clear()
    path.write_bytes(saved_model.SerializeToString())
    assert "1/saved_model.pb has no signature" in check_model(archive)[0]
    saved_model.meta_graphs[0].meta_info_def.tags[:] = ["train"]
    path.write_bytes(saved_model.SerializeToString())
    assert "has no graph tagged 'serve': found the tags [['train']]" in check_model(archive)[0]


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("def handler(data, context): pass", None),
        ("from handlers import handler", None),
        ("def input_handler(d, c): pass\ndef output_handler(r, c): pass", None),
        ("def input_handler(d, c): pass", "code/inference.py defines neither handler nor both"),
        ("def handler(:", "code/inference.py does not parse"),
    ],
)
def test_the_script_is_checked_too(archive, script, problem):
    (archive / "code").mkdir()
    (archive / "code" / "inference.py").write_text(script)
    (archive / "code" / "handlers.py").write_text("def handler(data, context): pass")
    problems = check_model(archive)
    if problem is None:
        assert problems == []
    else:
        assert problem in problems[0]


def test_every_version_is_read(archive):
    shutil.copytree(archive / "1", archive / "0002")
    assert check_model(archive) == []
    (archive / "1" / "saved_model.pb").write_bytes(b"not a protobuf")
    assert check_model(archive) == [
        "1/saved_model.pb is not a SavedModel: it may be cut short or of another format"
    ]


def test_fails_on_links_wherever_they_point(archive):
    (archive / "latest").symlink_to("1")
    (archive / "1" / "assets.extra").mkdir()
    (archive / "1" / "assets.extra" / "v.txt").symlink_to("../../v.txt")
    problems = check_model(archive)
    assert problems[0].startswith("links in the archive (1/assets.extra/v.txt, latest): SageMaker does not")


def test_fails_on_code_that_never_runs_and_on_imports_that_fail(archive):
    for folder in ("1/code", "code"):
        (archive / folder).mkdir()
        (archive / folder / "inference.py").write_text("import PIL.Image\ndef handler(data, context): pass")
    assert check_model(archive) == [
        "1/code/inference.py never runs: the container looks for code/inference.py",
        "code/ imports PIL, which the inference image does not have: "
        "add the line pillow to code/requirements.txt",
    ]
