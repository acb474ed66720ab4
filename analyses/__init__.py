"""Analyses: where rows of the warehouse meet the models, one file per analysis."""
