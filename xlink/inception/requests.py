"""What INCEpTION sends to external recommenders (version 1): JSON around a CAS in XMI."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xlink.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from cassis import Cas

__all__ = ["PredictionRequest", "TrainingRequest", "read_cas", "request_of"]

_CAMEL = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Metadata(BaseModel):
    """Which layer is annotated, and which feature of it holds the concept."""

    model_config = _CAMEL

    layer: str
    feature: str
    project_id: int | str = Field(alias="projectId")
    anchoring_mode: str = Field(default="tokens", alias="anchoringMode")


class SentDocument(BaseModel):
    """A document as XMI."""

    model_config = _CAMEL

    xmi: str
    document_id: int | str = Field(default="0", alias="documentId")


class PredictionRequest(BaseModel):
    """The body of `/predict`."""

    model_config = _CAMEL

    metadata: Metadata
    document: SentDocument
    type_system: str = Field(alias="typeSystem")


class TrainingRequest(BaseModel):
    """The body of `/train`."""

    model_config = _CAMEL

    metadata: Metadata
    documents: list[SentDocument]
    type_system: str = Field(alias="typeSystem")


_Request = TypeVar("_Request", bound=BaseModel)


def request_of(kind: type[_Request], body: bytes) -> _Request:
    """Read the body of a request.

    Raises:
        DataError: it is not what INCEpTION sends.
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise DataError(f"the request can't be read: {place}: {first['msg']}") from None


def read_cas(xmi: str, type_system: str, layer: str, feature: str) -> Cas:
    """Read a CAS whose type system has a feature of a layer.

    Raises:
        DataError: it can't be read, or has no such layer or feature.
        MissingExtraError: cassis is not installed.
    """
    try:
        from cassis import load_cas_from_xmi, load_typesystem
        from cassis.typesystem import TypeNotFoundError
        from lxml.etree import XMLSyntaxError
    except ImportError:
        raise MissingExtraError("INCEpTION", "inception") from None
    try:
        types = load_typesystem(type_system)
        cas = load_cas_from_xmi(xmi, types)
        known = types.get_type(layer)
    except (XMLSyntaxError, TypeNotFoundError, ValueError, KeyError) as error:
        raise DataError(f"the CAS can't be read: {error}") from None
    if known.get_feature(feature) is None:
        raise DataError(f"the layer {layer!r} has no feature {feature!r}")
    return cas
