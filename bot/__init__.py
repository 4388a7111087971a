"""Dealwire, the product: polls feeds, remembers, groups into stories, tells."""
