"""The former place of `hvae.io.command.steady`, for programs that still call it."""

from hvae.io.command import steady as steady
