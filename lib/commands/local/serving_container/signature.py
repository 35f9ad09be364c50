"""Signatures of a SavedModel, read from its SignatureDef messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# TensorFlow keeps its initialisation op among the signatures; it is no signature that a request can name.
_INTERNAL_SIGNATURES = ("__saved_model_init_op", "__saved_model_train_op")


@dataclass(frozen=True)
class TensorInfo:
    """One input or output: its dtype in TensorFlow's Python names, and the graph's name for the tensor."""

    dtype: str
    tensor_name: str


@dataclass(frozen=True)
class Signature:
    """The named inputs and outputs of one signature."""

    name: str
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]


def read_signatures(meta_graph: Any) -> dict[str, Signature]:
    """The signatures of a MetaGraphDef message, by name, their tensors sorted by name."""
    return {
        name: Signature(name, _tensors(definition.inputs), _tensors(definition.outputs))
        for name, definition in sorted(meta_graph.signature_def.items())
        if name not in _INTERNAL_SIGNATURES
    }


def _tensors(tensors: Mapping[str, Any]) -> dict[str, TensorInfo]:
    import tensorflow as tf  # noqa: PLC0415 see Predictor

    return {
        name: TensorInfo(tf.as_dtype(info.dtype).name, info.name) for name, info in sorted(tensors.items())
    }
