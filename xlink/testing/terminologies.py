"""A made-up terminology in five languages, small enough to check by eye."""

from __future__ import annotations

from pathlib import Path

from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, AliasKind, Concept

__all__ = ["small_concepts", "small_terminology"]


def small_concepts() -> tuple[Concept, ...]:
    """Return twelve concepts in a hierarchy, with ambiguous names and abbreviations."""
    return (
        _concept("T:00", "disease", "", "en:disease es:enfermedad"),
        _concept("T:01", "heart disease", "T:00", "en:heart_disease|cardiac_disease"),
        _concept("T:02", "heart failure", "T:01", "en:heart_failure|cardiac_failure|~HF de:Herzinsuffizienz"),
        _concept("T:03", "diabetes mellitus", "T:00", "en:diabetes_mellitus|diabetes|~DM es:diabetes_mellitus"),
        _concept("T:04", "diabetes mellitus type 2", "T:03", "en:type_2_diabetes_mellitus|~DM2 ja:2型糖尿病"),
        _concept("T:05", "pneumonia", "T:00", "en:pneumonia|lung_infection es:neumonía ja:肺炎 el:πνευμονία"),
        _concept("T:06", "hypertension", "T:00", "en:hypertension|high_blood_pressure es:hipertensión_arterial|~HTA ja:高血圧症"),
        _concept("T:07", "dermatomyositis", "T:00", "en:dermatomyositis|~DM"),
        _concept("T:08", "finding", "", "en:finding", kind="finding"),
        _concept("T:09", "oedema", "T:08", "en:oedema|edema es:edema de:Ödem", kind="finding"),
        _concept("T:10", "pulmonary oedema", "T:09", "en:pulmonary_oedema|lung_oedema es:edema_pulmonar", kind="finding"),
        _concept("T:11", "α-thalassaemia", "T:00", "en:α-thalassaemia|alpha_thalassemia el:α-θαλασσαιμία"),
    )  # fmt: skip


def small_terminology(path: Path) -> Terminology:
    """Build `small_concepts` at `path`."""
    return build_terminology(small_concepts(), path, name="small", version="1").terminology


def _concept(
    concept_id: str, name: str, parent: str, names: str, kind: str = "disorder"
) -> Concept:
    """Make a concept from a compact form: `en:preferred_name|synonym|~ABBR es:…`."""
    aliases = [
        Alias(text.lstrip("~").replace("_", " "), language, _kind(text, place), "small")
        for language, _, texts in (part.partition(":") for part in names.split())
        for place, text in enumerate(texts.split("|"))
    ]
    return Concept(concept_id, name, tuple(aliases), (kind,), parents=(parent,) if parent else ())


def _kind(text: str, place: int) -> AliasKind:
    if text.startswith("~"):
        return "abbreviation"
    return "synonym" if place else "preferred"
