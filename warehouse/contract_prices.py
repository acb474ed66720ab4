"""What a contract cost in a month, on a day."""

import ibis
import ibis.expr.types as ir

from warehouse.workspace import Tables

__all__ = ["with_price"]


def with_price(contracts: ir.Table, tables: Tables, day: ir.DateValue) -> ir.Table:
    """Add ``price``: what each contract cost in a month on `day`, 0 where nobody knows.

    A contract is exported with its latest price. Of a change still to come on `day` only the price
    it found is read, which is the one that held until then.

    Parameters
    ----------
    contracts : Table
        ``contract_id`` and ``monthly_value``.
    tables : Tables
        Reads ``price_changes`` where they are.
    day : date expression
        A literal, or a column of `contracts`.
    """
    latest = contracts.monthly_value.cast("float64").fill_null(0.0)
    if "price_changes" not in tables:
        return contracts.mutate(price=latest)
    of_day = contracts.select(of_contract="contract_id", day=day)
    changes = tables["price_changes"].inner_join(of_day, ibis._.contract_id == of_day.of_contract)
    held = changes.effective_on <= changes.day
    found = changes.group_by("of_contract").agg(
        new=changes.new_monthly_value.argmax(changes.effective_on, where=held),
        old=changes.old_monthly_value.argmin(changes.effective_on, where=~held),
    )
    priced = contracts.left_join(found, contracts.contract_id == found.of_contract)
    # What the last change made it, else what the next one found it.
    price = ibis.coalesce(priced.new.cast("float64"), priced.old.cast("float64"), latest)
    return priced.mutate(price=price).drop("of_contract", "new", "old")
