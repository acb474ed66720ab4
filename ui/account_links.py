"""Links from a list of customers to the account page of each."""

from urllib.parse import quote

import pandas as pd
import streamlit as st

from ui.frame import View

__all__ = ["account_column", "account_links"]

#: Signs that a browser leaves as they are when it reads a link's last part.
LEFT = ";/?:@&=+$,#'()*!~-_."


def account_links(customers: pd.Series, names: pd.Series, view: View) -> pd.Series:
    """The address of each customer's account on the day of the view, with its name at the end.

    Examples
    --------
    >>> import datetime as dt
    >>> from types import SimpleNamespace
    >>> view = SimpleNamespace(as_of=dt.date(2025, 6, 30))
    >>> account_links(pd.Series(["C&1"]), pd.Series(["Ærø <KG>"]), view).item()
    'account?customer=C%261&as_of=2025-06-30#%C3%86r%C3%B8%20%3CKG%3E'
    """
    names = names.where(names.notna(), customers)
    return pd.Series(
        [
            f"account?customer={quote(str(id), safe='')}&as_of={view.as_of.isoformat()}"
            f"#{quote(str(name), safe=LEFT)}"
            for id, name in zip(customers, names, strict=True)
        ],
        index=customers.index,
        dtype=object,
    )


def account_column(label: str = "Customer", **options: object) -> object:
    """Column settings for `account_links`: the name is shown, and leads to the account."""
    return st.column_config.LinkColumn(
        label, display_text=r"#(.*)$", help="Opens the account of the customer.", **options
    )
