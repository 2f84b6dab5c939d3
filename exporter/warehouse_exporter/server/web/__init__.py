"""What a browser and a scraper see."""
