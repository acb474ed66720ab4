"""A small invented company in the canonical tables, made from a seed."""

from sample_data.company import generate, write

__all__ = ["generate", "write"]
