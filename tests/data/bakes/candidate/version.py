"""What makes the second version another one."""

NUMBER = 2
