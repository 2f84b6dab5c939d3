"""How long it takes from nothing to a first verdict and a first page, on databases of others."""
