"""The known-truth company: a simulated firm to explore, whose every answer is written down."""

from sample_data.company import Company, generate
from sample_data.effects import MECHANISMS

__all__ = ["MECHANISMS", "Company", "generate"]
