"""The command line: one module a command; stdout is the answer, stderr is talk."""
