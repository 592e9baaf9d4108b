"""The command `hvae`: experiments from start to verdict, and questions about finished ones.

Each command imports what it needs when it runs, so that help comes at once.
"""

import sys
from typing import Any

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

import hvae
from hvae.cli import experiments, models
from hvae.errors import InputError
from hvae.io.command import sentence


class Sentences(click.Group):
    """Commands whose errors are a sentence and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # click ends quietly
        except (InputError, OSError) as error:
            sys.exit(f"error: {sentence(error)}")


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(hvae.__version__, message="%(version)s")
def main() -> None:
    """Hierarchical VAEs in rate space: how much should each latent layer know?

    \b
    hvae run quick              nine models, all applications and a report
    hvae guide                  where to aim for each application
    hvae ask --rates 10 5       a model at these rates in nats, z_1 first
    """


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the code that completes commands, options and names of experiments.

    \b
    hvae completion bash
    eval "$(hvae completion bash)"      in ~/.bashrc
    """
    of = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell]
    click.echo(of(main, {}, "hvae", "_HVAE_COMPLETE").source())


for one in (*experiments.COMMANDS, *models.COMMANDS):
    main.add_command(one)
