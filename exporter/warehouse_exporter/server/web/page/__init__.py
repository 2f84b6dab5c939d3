"""The pages for people: the status, each dataset, each check, and which days can be used."""
