"""Many releases as one: a file becomes waves of releases, and each is begun once and looked at until it has ended.

The command line and the function of the state machine both use it; who goes on when is theirs.
"""
