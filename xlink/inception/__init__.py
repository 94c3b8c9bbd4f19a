"""xlink as an external recommender of INCEpTION: it proposes concepts while people annotate.

INCEpTION ──CAS──▶ Recommender: mentions there, mentions found ──▶ suggestions in the CAS
"""

from xlink.inception.recommender import Recommender
from xlink.inception.server import make_server

__all__ = ["Recommender", "make_server"]
