"""What calls show of cold starts: tables by version, trends, the slowest; pure."""
