import datetime as dt

import pytest

from reports.edition import Edition


def edition(day, first_month=1):
    return Edition(
        "Acme", "s", dt.date.fromisoformat(day), "EUR", fiscal_year_first_month=first_month
    )


@pytest.mark.parametrize(
    ("day", "first_month", "quarter", "months"),
    [
        ("2026-09-30", 1, "Third quarter of 2026", "July to September 2026"),
        ("2026-01-01", 1, "First quarter of 2026", "1 Jan 2026 to 1 Jan 2026, the quarter so far"),
        ("2026-09-30", 4, "Second quarter of fiscal year 2026/27", "July to September 2026"),
        ("2026-03-31", 4, "Fourth quarter of fiscal year 2025/26", "January to March 2026"),
        # The quarter of November to January lies across New Year.
        ("2026-01-31", 11, "First quarter of fiscal year 2025/26", "November to January 2026"),
        ("2026-02-14", 11, "Second quarter of fiscal year 2025/26",
         "1 Feb 2026 to 14 Feb 2026, the quarter so far"),
    ],
)  # fmt: skip
def test_quarter_is_named_as_the_company_counts_it(day, first_month, quarter, months):
    assert edition(day, first_month).quarter == quarter
    assert edition(day, first_month).months == months
