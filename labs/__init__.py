"""Experiments that write documents; `python -m labs.<name>` runs one."""
