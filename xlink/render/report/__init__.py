"""An evaluation as one HTML page that needs nothing else: no script, no font, no network.

Evaluation ──▶ sections ──▶ plots and tables ──▶ page
"""

from xlink.render.report.page import evaluation_page

__all__ = ["evaluation_page"]
