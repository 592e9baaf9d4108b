"""What the files of prepared items are called: one a split, and one a kind of outliers of it.

Apart from what makes them, since whoever only reads them needs no source.
"""

HELD_OUT = ("validation", "test")  # the splits that have outliers: nothing is fitted on them
OF_CLASS, OF_SOURCE = "outliers", "others"  # the two kinds, as in the names of their files


def file(split: str, kind: str) -> str:
    """What the outliers of a split are called, as the split itself is by its name."""
    return f"{split}-{kind}"
