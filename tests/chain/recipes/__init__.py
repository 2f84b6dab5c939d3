"""The recipes of docs/how-to: each command is run, and each file is used by what it is for."""
