"""The last result of each long test, with its commit, and the page that shows them."""
