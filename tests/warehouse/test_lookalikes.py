import ibis
import pytest

from warehouse.lookalikes import lookalikes


def groups(*names):
    table = ibis.memtable({"customer_id": [f"C-{i}" for i in range(len(names))], "name": names})
    found = ibis.duckdb.connect().to_pandas(lookalikes(table))
    return [list(group["name"]) for _, group in found.groupby("stem")], list(found["why"])


@pytest.mark.parametrize(
    "alike",
    [
        ("Müller GmbH", "MULLER"),
        ("Müller GmbH", "Muller GmbH & Co. KG"),
        ("Acme, Inc.", "ACME"),
        ("Acme Ltd", "Acme Limited"),
        ("The Alder Company", "Alder"),
        ("Alder S.A.", "Alder SA"),
        ("Acme", "www.acme.com"),
        ("acme.co.uk", "Acme plc"),
        ("billing@acme.com", "https://acme.com/"),
        ("O'Hara", "OHara"),
        ("Groß AG", "Gross"),
    ],
)
def test_names_that_differ_in_form_only_are_alike(alike):
    found, _ = groups(*alike, "Someone Else")
    assert found == [list(alike)]


@pytest.mark.parametrize(
    "different",
    [
        ("Acme North", "Acme South"),
        ("Alder", "Alders"),
        ("GmbH", "Ltd"),
        ("???", "!!!"),
        ("Customer 1", "Customer 2"),
        ("安達", "山田"),
    ],
)
def test_names_that_differ_in_substance_are_not(different):
    assert groups(*different) == ([], [])


def test_reason_tells_the_same_name_from_the_same_stem():
    assert groups("Alder", "ALDER")[1] == ["same name", "same name"]
    assert groups("Alder", "Alder Ltd")[1] == ["same stem", "same stem"]
