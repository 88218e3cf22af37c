"""`python -m warmgate_ops`: the command `warmgate`, where its script is not on PATH."""

from warmgate_ops.cli.main import run

if __name__ == "__main__":
    run()
