"""A real shop's two weeks of web events, loaded and modelled as that shop's pipeline would."""
