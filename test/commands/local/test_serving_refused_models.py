"""What an archive that cannot be served is refused for."""

import shutil

import pytest
import running_server  # noqa: F401 the path of the modules
from serving_container.inference_script import InferenceScript
from serving_container.model_layout import DEFAULT_MODEL_NAME, ModelError, find_models
from serving_container.predictor import Predictor
from serving_container.script_check import code_problems


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


@pytest.fixture
def archive(model_dir, tmp_path):
    shutil.copytree(model_dir, tmp_path / "archive")
    return tmp_path / "archive"


def message_of(archive):
    with pytest.raises(ModelError) as raised:
        Predictor("model", 1, archive / "1")
    return str(raised.value)


def test_fails_when_the_variables_are_missing(archive):
    (archive / "1" / "variables" / "variables.index").unlink()
    assert "variables" in message_of(archive)


def test_fails_on_a_file_that_is_no_saved_model(archive):
    path = archive / "1" / "saved_model.pb"
    path.write_bytes(path.read_bytes()[:1000])
    assert "cannot load the SavedModel" in message_of(archive)


def test_fails_without_signatures_and_without_the_serving_tag(archive):
    from tensorflow.core.protobuf import saved_model_pb2

    path = archive / "1" / "saved_model.pb"
    saved_model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    saved_model.meta_graphs[0].signature_def.clear()
    path.write_bytes(saved_model.SerializeToString())
    assert "has no signature, by which requests are answered" in message_of(archive)
    saved_model.meta_graphs[0].meta_info_def.tags[:] = ["train"]
    path.write_bytes(saved_model.SerializeToString())
    message = message_of(archive)
    assert "serve" in message
    assert "train" in message


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("from handlers import handler", None),
        ("def input_handler(d, c): pass\ndef output_handler(r, c): pass", None),
        ("def input_handler(d, c): pass", "code/inference.py has no handlers"),
        ("def handler(:", "code/inference.py failed: SyntaxError"),
    ],
)
def test_the_script_is_checked_too(tmp_path, script, problem):
    (tmp_path / "inference.py").write_text(script)
    (tmp_path / "handlers.py").write_text("def handler(data, context): pass")
    if problem is None:
        InferenceScript(tmp_path)
    else:
        with pytest.raises(ModelError, match=problem):
            InferenceScript(tmp_path)


def test_fails_on_links_wherever_they_point(archive):
    (archive / "latest").symlink_to("1")
    (archive / "1" / "assets.extra").mkdir()
    (archive / "1" / "assets.extra" / "v.txt").symlink_to("../../v.txt")
    with pytest.raises(ModelError, match=r"links in the archive \(1/assets.extra/v.txt, latest\): SageMaker"):
        find_models(archive, {})


def test_fails_on_code_that_never_runs_and_on_imports_that_fail(archive):
    for folder in ("1/code", "code"):
        (archive / folder).mkdir()
        (archive / folder / "inference.py").write_text("import PIL.Image\ndef handler(data, context): pass")
    assert code_problems(archive) == [
        "1/code/inference.py never runs: the container looks for code/inference.py",
        "code/ imports PIL, which the inference image does not have: "
        "add the line pillow to code/requirements.txt",
    ]
