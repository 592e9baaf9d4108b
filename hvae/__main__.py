"""`python -m hvae` is `hvae`."""

from hvae.cli import main

if __name__ == "__main__":
    main(prog_name="hvae")
