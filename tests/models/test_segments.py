import pandas as pd

import models.segments
import warehouse.segments
from models.segments import segment


def test_what_is_empty_has_one_name_in_the_warehouse_and_in_the_models():
    assert models.segments.NOT_STATED == warehouse.segments.NOT_STATED
    rows = pd.DataFrame({"region": ["north", None]})
    assert segment(rows, "region").tolist() == ["north", warehouse.segments.NOT_STATED]
