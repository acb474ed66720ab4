"""The published accounts-receivable sample, from its own columns to the figures."""

import pandas as pd
import pytest

import analyses.late_payments
from analyses.scope import Scope
from warehouse.load import load
from warehouse.workspace import Workspace

pytestmark = pytest.mark.reference("ibm_ar/*")


@pytest.fixture
def loaded(reference_file, tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    report = load(reference_file, workspace, recipe="ibm_accounts_receivable")
    return report, workspace


def test_export_is_imported_whole_and_its_lateness_is_found(reference_file, loaded):
    report, workspace = loaded
    source = pd.read_parquet(reference_file)
    assert report.tables["invoices"].rows_in == len(source)
    assert report.tables["invoices"].refused == 0
    with workspace.current().tables() as tables:
        found = analyses.late_payments.late_share(tables, Scope(tables.newest_date), "disputed")
    shares = found.table.set_index("group")["late_share"]
    late, disputed = source["DaysLate"] > 0, source["Disputed"] == "Yes"
    # All were settled, so the shares can be counted from the export's own columns too.
    assert shares["all"] == pytest.approx(late.mean(), abs=1e-12)
    assert shares["disputed"] == pytest.approx(late[disputed].mean(), abs=1e-12)
    assert shares["not disputed"] == pytest.approx(late[~disputed].mean(), abs=1e-12)
    if len(source) == 2_466:  # the published file: 35.6 % late, 68.3 % and 25.9 %
        assert [round(100 * s, 1) for s in shares] == [35.6, 68.3, 25.9]


def test_time_to_pay_is_not_compared_by_what_only_payment_revealed(loaded):
    _, workspace = loaded
    with (
        workspace.current().tables() as tables,
        pytest.raises(ValueError, match="no opening day and are known only once"),
    ):
        analyses.late_payments.time_to_pay(tables, Scope(tables.newest_date), "disputed")
