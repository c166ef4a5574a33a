"""Checks of our kinds in Checkov's own form, for its plan reader."""
