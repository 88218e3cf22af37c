"""YAML and JSON text becomes nodes that know their line; faults say where they stand."""
