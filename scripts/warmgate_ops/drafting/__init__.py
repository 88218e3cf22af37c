"""Drafts a first policy: what is known of a function becomes commented YAML that can be used as it stands."""
