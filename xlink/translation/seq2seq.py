"""Translation models of Hugging Face: Marian (OPUS-MT), NLLB, M2M100, mBART-50, T5."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

from xlink.encoders.hub import HUB, hub_model
from xlink.encoders.transformer import quiet, require_torch
from xlink.errors import ArtifactError, SpecError
from xlink.progress import track
from xlink.translation.codes import language_token

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["Seq2SeqTranslator"]

_MOST_TOKENS = 512  # where neither model nor tokenizer says how many they take
_BATCH_TOKENS = 1_024
_GROWTH = 2  # a translation has at most so many times the tokens of its text, and a few more
_MORE = 16


class Seq2SeqTranslator:
    """Translates with an encoder-decoder, by beams and without chance.

    What is longer than the model takes is parted at white space. Texts of about one length are
    translated together; as sums depend on what is computed beside, a text may have another
    translation among other texts where two are all but equally likely.
    """

    def __init__(
        self,
        name: str,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        source: str,
        target: str,
        source_code: str | None = None,
        target_code: str | None = None,
        prefix: str = "",
        beams: int = 4,
    ) -> None:
        self.source, self.target = source, target
        self.name = "?".join(
            [name, "&".join([f"beams={beams}", *([f"prefix={prefix}"] if prefix else [])])]
        )
        self.model, self.tokenizer = model.eval(), tokenizer
        self._prefix, self._beams = prefix, beams
        self._first_token: int | None = None
        if hasattr(tokenizer, "src_lang"):
            tokenizer.src_lang = source_code or language_token(tokenizer, source)[0]
            code, token = language_token(tokenizer, target_code or target)
            self.name += f"&{tokenizer.src_lang}>{code}"
            self._first_token = token
        elif source_code or target_code:
            raise SpecError(
                f"{name} knows no codes of languages; its prefix may say what is asked."
            )
        self._most_tokens = _most_tokens(model, tokenizer)

    @classmethod
    def open(
        cls,
        model: str,
        *,
        source: str,
        target: str,
        source_code: str | None = None,
        target_code: str | None = None,
        prefix: str = "",
        beams: int = 4,
        device: str = "cpu",
    ) -> Self:
        """Open a folder, or `hf:organisation/model@revision`; what is cached needs no network.

        `source` and `target` are BCP 47 tags. Models of many languages have codes of their own,
        such as `spa_Latn`: they are found by the tag, or told by `source_code` and `target_code`.
        `prefix` stands before each text, as T5 (`translate English to German: `) and some Marian
        models (`>>spa<< `) want it.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            ArtifactError: there is no such model, or it can't be had.
            SpecError: the model does not know a language, or an option is of no use.
        """
        if beams < 1:
            raise SpecError(f"There is at least one beam, not {beams}.")
        require_torch("Translation")
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

        place, revision = hub_model(model) if model.startswith(HUB) else (model, None)
        try:
            with quiet():
                tokenizer = AutoTokenizer.from_pretrained(place, revision=revision)
                network = AutoModelForSeq2SeqLM.from_pretrained(place, revision=revision)
        except (OSError, ValueError, ImportError) as error:
            raise ArtifactError(f"The model {model} can't be opened: {error}") from None
        return cls(
            model,
            network.to(device),
            tokenizer,
            source=source,
            target=target,
            source_code=source_code,
            target_code=target_code,
            prefix=prefix,
            beams=beams,
        )

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Return one translation a text; equal texts are translated once."""
        parts = {text: self._parts(text) for text in dict.fromkeys(texts)}
        made = self._translated(dict.fromkeys(part for own in parts.values() for part in own))
        return [" ".join(made[part] for part in parts[text]) for text in texts]

    def _translated(self, texts: dict[str, None]) -> dict[str, str]:
        lengths = {text: self._n_tokens(text) for text in texts}
        order = sorted(texts, key=lambda text: (-lengths[text], text))
        made: dict[str, str] = {}
        for batch in track(list(_batches(order, lengths)), "Translating"):
            made |= dict(zip(batch, self._generated(batch, lengths[batch[0]]), strict=True))
        return made

    def _generated(self, texts: list[str], n_tokens: int) -> list[str]:
        import torch

        given = self.tokenizer(
            [self._prefix + text for text in texts], return_tensors="pt", padding=True
        ).to(self.model.device)
        more = {} if self._first_token is None else {"forced_bos_token_id": self._first_token}
        with torch.inference_mode():
            answers = self.model.generate(
                **given,
                max_length=None,
                max_new_tokens=min(self._most_tokens - 1, _GROWTH * n_tokens + _MORE),
                num_beams=self._beams,
                do_sample=False,
                **more,
            )
        said: list[str] = self.tokenizer.batch_decode(answers, skip_special_tokens=True)
        return [each.strip() for each in said]

    def _parts(self, text: str) -> list[str]:
        """Return a text as parts that the model takes whole, or nothing if it says nothing."""
        stripped = text.strip()
        if not stripped:
            return []
        if self._n_tokens(stripped) <= self._most_tokens:
            return [stripped]
        middle = len(stripped) // 2
        before, after = stripped.rfind(" ", 0, middle), stripped.find(" ", middle)
        cuts = [cut for cut in (before, after) if cut > 0] or [middle]
        cut = min(cuts, key=lambda each: abs(each - middle))
        return [*self._parts(stripped[:cut]), *self._parts(stripped[cut:])]

    def _n_tokens(self, text: str) -> int:
        return len(self.tokenizer(self._prefix + text)["input_ids"])


def _batches(order: Sequence[str], lengths: dict[str, int]) -> Iterator[list[str]]:
    """Yield texts, the longest first, in batches of about as many tokens."""
    batch: list[str] = []
    for text in order:
        if batch and lengths[batch[0]] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _most_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    said = (
        getattr(model.config, "max_position_embeddings", None),
        getattr(model.config, "n_positions", None),
        tokenizer.model_max_length,
    )
    return min([int(each) for each in said if each], default=_MOST_TOKENS)
