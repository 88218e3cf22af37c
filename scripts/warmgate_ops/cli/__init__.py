"""The command `warmgate`: one subcommand a file, each returns an exit code."""
