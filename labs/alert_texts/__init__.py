"""The texts of ten pages, as they were and as they are."""
