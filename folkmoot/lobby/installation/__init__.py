"""The whole installation: what its administrators decide, and its legal notices."""
