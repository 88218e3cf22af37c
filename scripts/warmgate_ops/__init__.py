"""The operator's side of Warmgate: command line, rehearsal, doctor, advice, report page."""
