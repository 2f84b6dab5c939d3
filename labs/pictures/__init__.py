"""Pictures of the pages, of the sample shop: whole, with one fault, and with many."""
