"""Reads the SageMaker SDK's tables of images out of a wheel of sagemaker-core, and prints them as one table.

    python read_images.py sagemaker_core-2.27.0-py3-none-any.whl deep-learning-containers.json 2026-11-27

What is equal is written once: rows that differ by their version alone, the accounts of a registry, the
regions that images lack, scopes with the same rows. A row says no processors where they are CPU and GPU, and
no tag where it is version, processor, Python.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

FRAMEWORKS = ("tensorflow", "pytorch", "huggingface", "sklearn", "xgboost")
ALGORITHMS = (
    "blazingtext",
    "factorization-machines",
    "forecasting-deepar",
    "image-classification",
    "ipinsights",
    "kmeans",
    "knn",
    "lda",
    "linear-learner",
    "ntm",
    "object-detection",
    "object2vec",
    "pca",
    "randomcutforest",
    "semantic-segmentation",
    "seq2seq",
)
# The SDK keeps the newer images of a framework in a file of their own.
CONTINUED = {"pytorch": "pytorch-amzn2023"}
SCOPES = ("training", "inference")
USUAL_TAG = "{version}-{processor}-{python}"
DEEP_LEARNING_CONTAINERS = "763104351884"

Json = dict[str, Any]


class Registries:
    """Accounts by region: one group of accounts for all that agree, and the regions that an image lacks."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, str]] = {}
        self._lacking: dict[str, str] = {}

    def join(self, image: Json) -> str:
        """Takes the accounts of an image, and names the group that they belong to."""
        accounts = image["registries"]
        for name, group in self._groups.items():
            shared = accounts.keys() & group.keys()
            if shared and all(group[region] == accounts[region] for region in shared):
                group.update(accounts)
                return name
        dlc = accounts.get("us-east-1") == DEEP_LEARNING_CONTAINERS
        name = "deep-learning-containers" if dlc else image["repository"]
        self._groups[name] = dict(accounts)
        return name

    def without(self, name: str, accounts: dict[str, str]) -> str:
        """The name of the set of a group's regions that an image is not in."""
        regions = " ".join(sorted(self._groups[name].keys() - accounts.keys()))
        return regions and self._lacking.setdefault(regions, f"set {len(self._lacking) + 1}")

    def table(self) -> Json:
        """Each group's regions by account, and the sets of regions that images are not in."""
        registries = {
            name: {
                account: " ".join(sorted(region for region in group if group[region] == account))
                for account in sorted(set(group.values()))
            }
            for name, group in sorted(self._groups.items())
        }
        return {
            "registries": registries,
            "without": {name: regions for regions, name in self._lacking.items()},
        }


def configurations(wheel: zipfile.ZipFile, framework: str) -> list[Json]:
    """The SDK's files of a framework or algorithm."""
    names = [framework, *([CONTINUED[framework]] if framework in CONTINUED else [])]
    return [json.loads(wheel.read(f"sagemaker/core/image_uri_config/{name}.json")) for name in names]


def images(config: Json, scope: str) -> list[tuple[str, Json]]:
    """A scope's images with their versions; one for each base framework or Python with its own entry."""
    scoped = config if "scope" in config else config.get(scope)
    if scoped is None or scope not in config.get("scope", [scope]):
        return []
    found = []
    for version, entry in scoped["versions"].items():
        nested = {"": entry} if "repository" in entry else entry
        for key, image in nested.items():
            if key == "version_aliases":
                continue
            processors = scoped.get("processors") or image.get("processors") or []
            own = {"py_versions": [key]} if re.fullmatch(r"py\d+", key) else {"base": key} if key else {}
            found.append((version, {"processors": processors, **image, **own}))
    return found


def tag(image: Json) -> str:
    """How the SDK makes the tag of an image, with names where it fills in."""
    parts = ["{version}"]
    if "base" in image:
        parts = ["{base}", "transformers{version}"]
    if image["processors"] and image.get("processor_in_tag", True):
        parts.append("{processor}")
    if image.get("py_versions"):
        parts.append("{python}")
    if "container_version" in image:
        parts.append("{container}")
    return "-".join(parts)


def rows(
    found: list[tuple[str, Json]], registries: Registries, builds: dict[str, dict[str, str]]
) -> list[Json]:
    """The images as rows: versions that differ by nothing else share one."""
    merged: dict[str, Json] = {}
    for version, image in found:
        if version in builds:
            image = {**image, "container_version": builds[version]}
        group = registries.join(image)
        row = {
            "repository": image["repository"],
            "registry": group,
            "without": registries.without(group, image["registries"]),
            "tag": "" if tag(image) == USUAL_TAG else tag(image),
            "base": image.get("base", ""),
            "processors": " ".join(sorted(image["processors"])).replace("cpu gpu", ""),
            "pythons": " ".join(image.get("py_versions", [])),
            "containers": image.get("container_version", {}),
        }
        row = {key: value for key, value in row.items() if value}
        merged.setdefault(json.dumps(row), {"versions": [], **row})["versions"].append(version)
    return [{**row, "versions": " ".join(row["versions"])} for row in merged.values()]


def table(wheel: zipfile.ZipFile, stated: Json) -> Json:
    """The accounts by registry, the sets of lacking regions, and the images by name and scope."""
    registries = Registries()
    found: dict[str, dict[str, list[tuple[str, Json]]]] = {}
    for name in (*FRAMEWORKS, *ALGORITHMS):
        configs = configurations(wheel, name)
        found[name] = {
            scope: [image for config in configs for image in images(config, scope)] for scope in SCOPES
        }
        # The groups are whole before a row says which of their regions it lacks.
        for _version, image in itertools.chain(*found[name].values()):
            registries.join(image)
    listed: Json = {}
    for name, scopes in found.items():
        listed[name] = {}
        for scope, entries in scopes.items():
            facts = stated.get(name, {}).get(scope, {})
            builds = facts.pop("builds", {})
            listed[name][scope] = {**facts, "rows": rows(entries, registries, builds)}
        if listed[name]["training"] == listed[name]["inference"]:
            listed[name] = {"training and inference": listed[name]["training"]}
    return {**registries.table(), "images": listed}


def render(value: Any, depth: int = 0) -> str:
    """JSON with a row a line, so that a review shows what changed."""
    if not isinstance(value, (dict, list)) or (depth > 1 and len(json.dumps(value)) < 160):
        return json.dumps(value)
    indent = "  " * depth
    if isinstance(value, list):
        items = [f"{indent}  {json.dumps(item)}" for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    items = [f"{indent}  {json.dumps(key)}: {render(item, depth + 1)}" for key, item in value.items()]
    return "{\n" + ",\n".join(items) + f"\n{indent}}}"


def main() -> None:
    """Prints the table."""
    wheel_path, stated_path, date = sys.argv[1:]
    stated = json.loads(Path(stated_path).read_text(encoding="utf-8"))
    with zipfile.ZipFile(wheel_path) as wheel:
        read = table(wheel, stated["images"])
        (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        version = re.search(r"^Version: (.+)$", wheel.read(metadata).decode(), re.MULTILINE)
    assert version
    source = f"sagemaker-core {version[1]} (PyPI); {stated['source']}"
    print(render({"source": source, "date": date, **read}))


if __name__ == "__main__":
    main()
