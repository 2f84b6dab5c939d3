"""How long a newcomer waits: from a clone to the demo, from a DSN to a verdict and to a page."""
