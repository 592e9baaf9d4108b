"""The `data` section of `params.yaml`: which source, its own options, and how it is divided.

`source` decides which options there are; a source refuses the options of another one by name.
Every option has a default, so that a source's name alone is enough, and the folder of one's own
files. The sources of each kind are listed at the end of its file in `sources/`.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from hvae.config.sources.files import FileData
from hvae.config.sources.published import PublishedData
from hvae.config.sources.synthetic import SyntheticData

Data = Annotated[SyntheticData | PublishedData | FileData, Field(discriminator="source")]


def other(data: Data) -> Data | None:
    """The options of the data set that `outliers` names: its defaults, and divided as the data."""
    if data.outliers is None:
        return None
    fractions = data.split.model_dump()  # which a published set's need not be: they may exceed 1
    total = sum(fractions.values())
    split = {name: part / total for name, part in fractions.items()}
    values = {"source": data.outliers, "max_items": data.max_items, "split": split}
    chosen: Data = TypeAdapter(Data).validate_python(values)
    return chosen
