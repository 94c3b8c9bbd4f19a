"""How good links are: a run against gold, with an interval for every figure.

run + gold documents ──match──▶ ranks, decisions ──by document──▶ bootstrap ──▶ Evaluation
"""

from xlink.evaluate.bootstrap import Figure
from xlink.evaluate.comparison import Comparison, Difference, compare
from xlink.evaluate.counts import Counts
from xlink.evaluate.evaluation import Evaluation, evaluate, measure
from xlink.evaluate.facets import FACETS
from xlink.evaluate.measures import Measure
from xlink.evaluate.report import comparison_report, evaluation_report
from xlink.evaluate.retrieval import evaluate_candidates
from xlink.evaluate.run import DocumentLinks, Run, RunHeader, write_run
from xlink.evaluate.table_file import check_table_path, write_table

__all__ = [
    "FACETS",
    "Comparison",
    "Counts",
    "Difference",
    "DocumentLinks",
    "Evaluation",
    "Figure",
    "Measure",
    "Run",
    "RunHeader",
    "check_table_path",
    "compare",
    "comparison_report",
    "evaluate",
    "evaluate_candidates",
    "evaluation_report",
    "measure",
    "write_run",
    "write_table",
]
