"""Re-ranking: candidates of a mention put into a new order by a model that reads both together.

queries + candidates ──order by memory──▶ priors ──────────────────────────────┐
                     ──render──▶ pairs ──cross-encoder──▶ logits ──mix with priors──▶ candidates
"""

from xlink.rerank.mixing import Mix
from xlink.rerank.opening import open_reranker
from xlink.rerank.rendering import Rendering
from xlink.rerank.reranker import CrossEncoderReranker

__all__ = ["CrossEncoderReranker", "Mix", "Rendering", "open_reranker"]
