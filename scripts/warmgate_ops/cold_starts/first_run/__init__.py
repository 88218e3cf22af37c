"""What AWS documents nowhere, asked of an account once: questions, one a file, and the answers as a document."""
