"""Reports of the gate, without a server."""
