"""The command line: options, output, exit codes, and the commands, a file for those of a kind."""
