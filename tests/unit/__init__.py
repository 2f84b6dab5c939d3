"""No server of any kind: these take seconds."""
