"""The parts are put into a copy, and tested there."""

collect_ignore = ["parts"]
