"""Where in rate space to aim for which application: chosen on validation, reported on test."""
