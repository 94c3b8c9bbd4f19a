"""How good links are: a run against gold, with an interval for every figure.

run + gold documents ──match──▶ ranks, decisions ──by document──▶ bootstrap ──▶ Evaluation
"""

from xlink.evaluate.bootstrap import Figure
from xlink.evaluate.evaluation import Counts, Evaluation, evaluate
from xlink.evaluate.measures import Measure
from xlink.evaluate.report import evaluation_report
from xlink.evaluate.retrieval import evaluate_candidates
from xlink.evaluate.run import DocumentLinks, Run, RunHeader, write_run

__all__ = [
    "Counts",
    "DocumentLinks",
    "Evaluation",
    "Figure",
    "Measure",
    "Run",
    "RunHeader",
    "evaluate",
    "evaluate_candidates",
    "evaluation_report",
    "write_run",
]
