"""What a run will take, computed from its parameters before anything is read or trained."""
