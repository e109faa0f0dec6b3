"""Forgetting people who ask for it, and anonymous ones who went idle."""
