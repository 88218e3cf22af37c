"""Rules that cfn-lint loads: `cfn-lint -a` with this folder."""
