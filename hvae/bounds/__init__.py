"""Limits that information theory puts on what a model can do, and verdicts on whether they hold.

Pure functions of numbers: no torch, no files, no tables. Every information quantity is in nats per
data item, every limit comes with the exact statement that it makes, and bad input is a `ValueError`
that names the argument and the value. A limit says what is possible, `verdicts` says whether
the evidence of a finite sample speaks against it.
"""
