"""How good links are: a run against gold, with an interval for every figure.

run + gold documents ──match──▶ ranks, decisions ──by document──▶ bootstrap ──▶ Evaluation
"""

from xlink.evaluation.bootstrap import Figure
from xlink.evaluation.comparison import Comparison, Difference, compare
from xlink.evaluation.counts import Counts
from xlink.evaluation.evaluation import Evaluation, evaluate, measure
from xlink.evaluation.facets import FACETS
from xlink.evaluation.measures import Measure
from xlink.evaluation.report import comparison_report, evaluation_report
from xlink.evaluation.retrieval import evaluate_candidates
from xlink.evaluation.run import DocumentLinks, Run, RunHeader, write_run
from xlink.evaluation.table_file import check_table_path, write_table

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
