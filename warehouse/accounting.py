"""The account of an import: every row that comes in is accepted or refused."""

from dataclasses import dataclass, field

__all__ = ["AccountingError", "TableReport"]


class AccountingError(RuntimeError):
    """Rows went missing or came from nowhere: a fault of the import, never of the file."""


@dataclass
class TableReport:
    """What became of one table's rows. ``rows_in == accepted + refused``, always.

    ``withdrawn`` counts rows loaded earlier that this import made impossible (their
    invoice is gone, say) and that are now among the refused; ``set_aside`` counts those of
    the refused that a recipe leaves out on purpose; ``rows_now`` is what the table holds
    afterwards.
    """

    rows_in: int = 0
    accepted: int = 0
    refused: int = 0
    refused_by_rule: dict[str, int] = field(default_factory=dict)
    set_aside: int = 0
    withdrawn: int = 0
    withdrawn_by_rule: dict[str, int] = field(default_factory=dict)
    rows_now: int = 0

    def check(self, name: str) -> None:
        """Raise `AccountingError` unless every row is accounted for."""
        if self.rows_in != self.accepted + self.refused:
            raise AccountingError(
                f"{name}: {self.rows_in} rows came in, but {self.accepted} were accepted and "
                f"{self.refused} refused. Nothing was loaded; please report this."
            )
