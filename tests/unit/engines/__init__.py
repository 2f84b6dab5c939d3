"""Engines that need no server."""
