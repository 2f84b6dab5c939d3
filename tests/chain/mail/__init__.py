"""The e-mail of the gate, by a real mail server."""
