"""What an import notices beyond single rows: the currency, doubtful dates, look-alikes."""

import datetime as dt
from collections.abc import Iterator

from warehouse.accounting import TableReport
from warehouse.compiled import lookalikes_sql
from warehouse.merge import Merge
from warehouse.tables import ESSENTIAL
from warehouse.wording import counted, listed

__all__ = ["find_lookalikes", "find_reporting_currency", "notes_on", "warnings_about"]

LOOKALIKES_NAMED = 20
#: What lowers what is owed, of which each row names its invoice.
LOWERS_WHAT_IS_OWED = ("payments", "adjustments")
NO_INVOICE = ("invoice_id_present", "invoice_id_known")
#: Days after leaving in which a last bill is still one.
LAST_BILL_DAYS = 90


def find_reporting_currency(merge: Merge) -> tuple[str | None, str]:
    """The currency that the rates or the invoices point to, and why it is that one."""
    rates = _rates(merge)
    counts = _currencies(merge)
    often = sorted(counts, key=lambda currency: (-counts[currency], currency))
    if base := [currency for currency, is_base in rates.items() if is_base]:
        chosen = next((currency for currency in often if currency in base), min(base))
        why = "its rate is 1 in every month of fx_rates"
    elif often:
        # A currency with a rate other than 1 cannot be what the rates convert to.
        chosen = next((currency for currency in often if currency not in rates), often[0])
        why = f"{counts[chosen]} of the amounts are in it"
        why += ", more than in any other currency" if chosen == often[0] else ", and it has no rate"
    else:
        return None, ""
    return chosen, (
        f"The reporting currency is {chosen}, because {why}. "
        "State another when loading, or in the settings."
    )


def notes_on(merge: Merge) -> Iterator[str]:
    """Say what was changed in the values: nothing is changed silently."""
    for at, n in merge.rounded.items():
        yield f"{counted(n, 'value')} of {at} with more than four decimals, rounded to four."


def warnings_about(merge: Merge) -> Iterator[str]:
    """Say what somebody should look at."""
    for name, table in merge.reports.items():
        if table.withdrawn:
            yield (
                f"{name}: taken out {counted(table.withdrawn, 'row')} loaded earlier, for the "
                "tables they point at no longer have what they need; they are among the refused "
                "rows."
            )
        if table.rows_in and not table.accepted:
            yield f"{name}: all {table.rows_in:,} rows were refused, so the table stays as it was."
        if not table.rows_in and not table.withdrawn:
            yield f"{name}: the file holds a header and no rows."
        yield from _without_invoice(name, table)
    if missing := [name for name in ESSENTIAL if name not in merge.stored]:
        yield (
            f"{listed(missing)} not loaded yet; without {'them' if missing[1:] else 'it'} "
            "nothing can be analysed."
        )
    rates, currency = _rates(merge), merge.reporting_currency
    if rates.get(currency) is False:
        yield (
            f"The reporting currency is {currency}, but fx_rates gives {currency} a rate other "
            f"than 1. Check that the rates convert to {currency}."
        )
    if "customers" in merge.reports and (n := _strangers(merge)):
        yield (
            f"{counted(n, 'customer')} with a parent_id that is not among the customers: loaded, "
            "and on their own in the account hierarchy."
        )
    if {"customers", "invoices"} & merge.reports.keys():
        yield from _odd_lives(merge)
    newest = max((t.newest_date for t in merge.stored.values() if t.newest_date), default=None)
    # The day of the import is only compared with; no figure is computed from it.
    if newest is not None and newest > dt.datetime.now(dt.UTC).date():
        yield (
            f"The newest date in the data is {newest}, which is still to come. Check how the "
            "dates were read, or set the as-of date."
        )


def find_lookalikes(merge: Merge) -> dict[str, object]:
    """Customers that look like another: how many, and the first of them; empty if none do."""
    if "customers" not in merge.reports or "customers" not in merge.stored:
        return {}
    run = merge.con.raw_sql
    run(f"CREATE TABLE alike AS {lookalikes_sql()}")
    customers, groups = run("SELECT count(*), count(DISTINCT stem) FROM alike").fetchone()
    if not customers:
        return {}
    first = run(f"SELECT * FROM alike LIMIT {LOOKALIKES_NAMED}").df()
    return {
        "groups": groups,
        "customers": customers,
        "says": f"{customers} customers look like another ({groups} groups of the same name, but "
        "perhaps for case or legal form). None was merged.",
        "first": first.to_dict("records"),
    }


def _without_invoice(name: str, table: TableReport) -> Iterator[str]:
    """What the books get wrong for want of the rows that name no invoice."""
    n = sum(table.refused_by_rule.get(rule, 0) for rule in NO_INVOICE)
    if name in LOWERS_WHAT_IS_OWED and n:
        yield (
            f"{name}: {counted(n, 'row')} refused for naming no invoice that is loaded. They take "
            "nothing off what is owed, so receivables, exposure and days outstanding look too high "
            "by as much. Write into invoice_id the invoice that each settles (on account: the "
            "oldest that the customer still owes) and load them again."
        )


def _rates(merge: Merge) -> dict[str, bool]:
    """Per currency with a rate, whether that rate is 1 in every month."""
    if "fx_rates" not in merge.stored:
        return {}
    return dict(
        merge.con.raw_sql(
            "SELECT currency, min(to_reporting) = 1 AND max(to_reporting) = 1 "
            "FROM next_fx_rates GROUP BY currency ORDER BY currency"
        ).fetchall()
    )


def _currencies(merge: Merge) -> dict[str, int]:
    """Rows per currency among the invoices, new and loaded earlier; else the customers."""
    for name in ("invoices", "customers"):
        places = [place for place in ("judged", "current") if merge.has(f"{place}_{name}")]
        if places:
            every = " UNION ALL ".join(f"SELECT currency FROM {place}_{name}" for place in places)
            counts = merge.con.raw_sql(
                f"SELECT currency, count(*) FROM ({every}) "
                "WHERE regexp_full_match(currency, '[A-Z]{3}') GROUP BY currency"
            ).fetchall()
            if counts:
                return dict(counts)
    return {}


def _odd_lives(merge: Merge) -> Iterator[str]:
    """Customers whose leaving date and other dates do not tell one story."""
    if not {"customers", "invoices"} <= merge.stored.keys():
        return
    back, same_day = merge.con.raw_sql(
        f"SELECT count(*) FILTER (last > churned_on + {LAST_BILL_DAYS}), "
        "count(*) FILTER (churned_on = acquired_on) FROM next_customers LEFT JOIN (SELECT "
        "customer_id, max(issued_on) AS last FROM next_invoices GROUP BY ALL) USING (customer_id)"
    ).fetchone()
    if back:
        yield (
            f"{counted(back, 'customer')} billed more than {LAST_BILL_DAYS} days after the "
            "churned_on on record. For churn they left on that day and did not come back; what was "
            "billed since counts as receivables. Empty churned_on if they are customers again."
        )
    if same_day:
        yield (
            f"{counted(same_day, 'customer')} with a churned_on on the day of acquired_on: never "
            "watched for a day, so in no figure of churn. Check both dates."
        )


def _strangers(merge: Merge) -> int:
    if "customers" not in merge.stored:
        return 0
    return merge.con.raw_sql(
        "SELECT count(*) FROM next_customers c WHERE parent_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM next_customers p WHERE p.customer_id = c.parent_id)"
    ).fetchone()[0]
