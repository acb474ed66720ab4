"""A company by others in which satisfaction is known to be unrelated to leaving: none is found."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.linkage import fit_linkage

AS_OF = dt.date(2024, 12, 31)
CAUSES = {"pricing": "price", "support": "service", "features": "product",
          "competitor": "competitor", "budget": "price", "unknown": "unknown"}  # fmt: skip
NUMBERS = ("amount", "age", "days", "disputed", "terms")


def months_of(accounts, events):
    """Customer-months from sign-up to the first churn event, or to the end."""
    first = events.sort_values("churn_date").drop_duplicates("account_id")
    rows = accounts.merge(first[["account_id", "churn_date", "reason_code"]], how="left")
    made = []
    for row in rows.itertuples():
        last = row.churn_date if pd.notna(row.churn_date) else pd.Timestamp(AS_OF)
        begins = pd.date_range(row.signup_date, last, freq="MS")
        made.append(
            pd.DataFrame(
                {"customer_id": row.account_id, "begins": begins,
                 "month": np.arange(1, len(begins) + 1), "industry": row.industry,
                 "billing_model": row.plan_tier, "log_size": np.log(row.seats), "cause": None}
            )
        )  # fmt: skip
        if pd.notna(row.churn_date) and len(begins):
            made[-1].loc[begins[-1] == begins, "cause"] = CAUSES.get(row.reason_code, "other")
    months = pd.concat(made, ignore_index=True)
    return months.assign(
        ahead=False, days_late=0.0, price_rise_6m=0.0,
        renewal=(months["month"] % 12 == 0).astype(float),
    )  # fmt: skip


@pytest.fixture(scope="module")
def ravenstack(reference_data):
    folder = reference_data / "ravenstack"
    return {name: pd.read_parquet(folder / f"{name}.parquet")
            for name in ("accounts", "churn_events", "support_tickets")}  # fmt: skip


def test_no_link_is_reported_where_there_is_none(ravenstack):
    accounts = ravenstack["accounts"].assign(
        signup_date=lambda rows: pd.to_datetime(rows["signup_date"])
    )
    events = ravenstack["churn_events"].assign(
        churn_date=lambda rows: pd.to_datetime(rows["churn_date"])
    )
    tickets = ravenstack["support_tickets"].dropna(subset="satisfaction_score")
    answers = pd.DataFrame(
        {"customer_id": tickets["account_id"], "measure": "csat", "touchpoint": "support",
         "answered_on": pd.to_datetime(tickets["closed_at"]).dt.normalize(), "region": "all",
         "score": tickets["satisfaction_score"].astype(float)}
    ).assign(
        log_value=np.nan, log_acquisition_cost=np.nan, log_onboarding_cost=np.nan,
        acquisition_channel=tickets["account_id"].map(
            accounts.set_index("account_id")["referral_source"]
        ),
    )  # fmt: skip
    invoices = pd.DataFrame(
        {"customer_id": pd.Series(dtype=object), "issued_on": pd.Series(dtype="datetime64[ns]"),
         **{name: pd.Series(dtype=float) for name in NUMBERS},
         "channel": pd.Series(dtype=object), "kind": pd.Series(dtype=object)}
    )  # fmt: skip
    link = fit_linkage(months_of(accounts, events), answers, invoices, AS_OF)
    assert len(link.table)
    assert not link.table["verdict"].eq("found").any()
    effect = link.effect("csat", "churn")
    assert effect.lower < 0 < effect.upper
    # What it could have seen is said with it.
    assert link.figures()[0].reason.startswith("The data cannot tell this from no effect")
