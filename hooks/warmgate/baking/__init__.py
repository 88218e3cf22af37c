"""The bake: a release is judged for hours after its deployment, look by look."""
