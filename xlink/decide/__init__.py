"""Decisions: which candidate a mention is linked to, how sure that is, and when none is.

candidates ──features of the first──▶ calibration ──▶ probability ──threshold──▶ link or NIL
"""

from xlink.decide.calibrated import CalibratedDecider, probability_of_first
from xlink.decide.calibration import Calibration
from xlink.decide.opening import open_decider
from xlink.decide.threshold import ThresholdDecider

__all__ = [
    "CalibratedDecider",
    "Calibration",
    "ThresholdDecider",
    "open_decider",
    "probability_of_first",
]
