from types import SimpleNamespace

from ui.attention import of_refused


def view_of(**tables):
    return SimpleNamespace(
        snapshot=SimpleNamespace(manifest=SimpleNamespace(report={"tables": tables}))
    )


def test_rows_that_a_recipe_leaves_out_on_purpose_wait_for_nobody():
    left_out = {"refused": 122, "set_aside": 122}
    assert of_refused(view_of(invoices=left_out)) == []
    [call] = of_refused(view_of(invoices={"refused": 123, "set_aside": 122}, payments=left_out))
    assert "refused **1 row** (1 of invoices)" in call.says


def test_imports_that_did_not_count_them_are_read_as_before():
    [call] = of_refused(view_of(invoices={"refused": 3}, customers={"refused": 0}))
    assert "refused **3 rows** (3 of invoices)" in call.says
