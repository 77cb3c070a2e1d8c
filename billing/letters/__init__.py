"""One module of letters for each part of money."""
