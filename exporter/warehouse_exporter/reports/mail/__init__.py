"""The e-mail of the gate: what it says, to whom, what was sent before, and how it is sent."""
