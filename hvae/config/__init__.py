"""`params.yaml`: one strict, typed definition, a file for each section."""
