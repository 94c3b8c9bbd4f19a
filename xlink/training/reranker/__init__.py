"""Training of re-rankers on the lists that the candidate stage makes for annotated mentions.

documents + linker ──lists──▶ pairs ──losses──▶ network ──fit on a part kept aside──▶ mix
"""
