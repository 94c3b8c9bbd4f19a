"""Long work: documents linked shard by shard, so that a run that is killed goes on.

inputs ──cut──▶ tasks ──worker──▶ shards, each whole on disk ──join──▶ the output

The shards lie in a folder beside the output until that is whole. What is in a shard depends on
nothing but the inputs and the settings, so a run that was killed any number of times, and done by
any number of processes, ends with the same bytes as one that was not.
"""

from xlink.jobs.failures import Failure
from xlink.jobs.inputs import documents_of
from xlink.jobs.job import Job, run_job
from xlink.jobs.settings import LinkSettings
from xlink.jobs.summary import Summary

__all__ = ["Failure", "Job", "LinkSettings", "Summary", "documents_of", "run_job"]
