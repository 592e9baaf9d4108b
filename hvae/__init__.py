"""Hierarchical VAEs in rate space: train over grids of rates, measure, and hold against theory.

The folders are the steps, and data flows through them one way:
params → data → models → training → latents → information, tasks → bounds → results → reports.
"""

__version__ = "0.1.0"
