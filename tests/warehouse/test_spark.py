"""The same table of customers from DuckDB and from Spark, and what is said where neither is there.

Those marked ``spark`` need PySpark and Java; `make spark` runs them.
"""

import datetime as dt
import sys

import pandas as pd
import pytest

from sample_data import generate
from warehouse.customers import customer_features
from warehouse.load import load
from warehouse.workspace import Workspace

#: Half a year before the end of the books, so that much of them lies ahead.
DAY = dt.date(2026, 3, 14)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines")
    files = folder / "files [of] {two} engines"
    files.mkdir()
    for name, rows in generate(seed=11, n_customers=80, months=18).tables.items():
        rows.to_parquet(files / f"{name}.parquet", index=False)
    made = Workspace.create(folder / "a {workspace}, [oddly] named")
    load([str(files)], made, currency="EUR")
    return made


def features(workspace, engine, monkeypatch):
    monkeypatch.setenv("GOODWILL_ENGINE", engine)
    with workspace.current().tables() as tables:
        return customer_features(tables, DAY).to_pandas()


@pytest.fixture
def spark(monkeypatch):
    """A session for tables of this size: in one part, not two hundred, and run as it is.

    Compiling a plan to machine code takes longer than running it on eighty customers.
    """
    pyspark_sql = pytest.importorskip("pyspark.sql")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = pyspark_sql.SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.spark
# Spark's own Python warns about its own use of pandas and of sockets.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning",
                            "ignore::ResourceWarning", "ignore::UserWarning")  # fmt: skip
def test_both_engines_give_the_same_customers(workspace, spark, monkeypatch):
    one = features(workspace, "duckdb", monkeypatch)
    other = features(workspace, "spark", monkeypatch)
    assert len(one) > 40
    assert one.notna().any().sum() > 60
    # Both round to eight digits what they added in another order: the last may fall either way.
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-12, atol=1.01e-8)
    # The views of a closed reader are gone from the session that others use.
    left = [row.viewName for row in spark.sql("SHOW VIEWS").collect()]
    assert [name for name in left if name.startswith(("customers_", "invoices_"))] == []


def test_engine_that_does_not_exist_is_named_with_those_that_do(sample_workspace, monkeypatch):
    monkeypatch.setenv("GOODWILL_ENGINE", "abacus")
    with pytest.raises(ValueError, match="'abacus', which is no engine.*duckdb or spark"):
        Workspace.open(sample_workspace).current().tables()


def test_without_pyspark_the_way_to_it_is_said(sample_workspace, monkeypatch):
    monkeypatch.setenv("GOODWILL_ENGINE", "spark")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(ValueError, match="Install requirements-spark.txt"):
        Workspace.open(sample_workspace).current().tables()
