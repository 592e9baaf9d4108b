"""The sections of a report: a module each, with its template beside it."""
