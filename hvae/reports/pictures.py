"""The former place of `hvae.reports.sections.pictures`, for programs that still call it."""

from hvae.reports.sections.pictures import strip as strip
