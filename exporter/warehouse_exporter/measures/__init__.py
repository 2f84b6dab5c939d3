"""What a check asks of the database, and the dataset as a check sees it."""
