"""Names of models on the Hugging Face hub, which always have a revision."""

from __future__ import annotations

from xlink.errors import SpecError

__all__ = ["HUB", "hub_model"]

HUB = "hf:"


def hub_model(name: str) -> tuple[str, str]:
    """Return model and revision of a name such as `hf:organisation/model@main`.

    Raises:
        SpecError: it has no revision.
    """
    model, _, revision = name.removeprefix(HUB).partition("@")
    if not (model and revision):
        raise SpecError(
            f"{name}: name a revision too, as in hf:organisation/model@main or, better, a commit: "
            "what is made with a model is of use only with the very same weights."
        )
    return model, revision
