"""From the rows' parts to the experiment's tables: collected, judged against bounds, summed up."""
