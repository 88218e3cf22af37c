"""Cold starts watched by a function of the stack: each day summed up, each week told. Needs `warmgate` beside it."""
