"""Make the index of all experiments.

python -m hvae.reports.index --results results --out reports/index.html
"""

from hvae.io import command
from hvae.reports.index.page import main

if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "out")
    command.run(main, parser.parse_args())
