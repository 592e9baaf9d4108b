"""Side-by-side timings; the tables that they printed are committed beside them."""
