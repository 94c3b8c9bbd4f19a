"""Links for people and programs: a table, JSON lines, and a page that explains itself.

LinkedDocument + Terminology ──▶ Explanation ──▶ table | HTML page
LinkedDocument ──▶ JSON lines, which `xlink.evaluation.Run` reads
Evaluation ──▶ report
"""

from xlink.render.html import html_page
from xlink.render.jsonl import jsonl_lines
from xlink.render.report import evaluation_page
from xlink.render.table import links_table

__all__ = ["evaluation_page", "html_page", "jsonl_lines", "links_table"]
