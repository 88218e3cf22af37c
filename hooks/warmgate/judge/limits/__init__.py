"""One check a file of the candidate alone, against a limit of the policy."""
