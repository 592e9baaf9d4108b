"""`params.yaml`: one strict, typed definition, a file a section."""
