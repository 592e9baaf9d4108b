"""The former name of `python -m hvae.audit`, for scripts that still call it."""

import runpy

if __name__ == "__main__":
    runpy.run_module("hvae.audit", run_name="__main__", alter_sys=True)
