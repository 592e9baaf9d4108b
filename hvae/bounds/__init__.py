"""Information-theoretic limits on what a model can do, and verdicts on whether they hold.

Pure functions of numbers: no torch, no files, no tables. Every information quantity is in nats per
data item. Every limit states exactly what it claims. Bad input raises a `ValueError` that names the
argument and the value. A limit says what is possible; `verdicts` says whether a finite sample is
evidence against it.
"""
