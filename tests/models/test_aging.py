import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.aging import checked_bounds, read_bounds


@pytest.mark.parametrize("text", ["15, 45, 90", "15-45-90", " 15 45  90 ", "15;45;90", "15,45,90,"])
def test_bounds_are_read_as_people_write_them(text):
    assert read_bounds(text) == (15, 45, 90)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "(none) are not rising"),
        ("0, 30", "not rising days above zero"),
        ("30, 30", "not rising days above zero"),
        ("90, 45", "not rising days above zero"),
        ("-15, 45", "“-15” is no whole number"),
        ("7.5, 30", "“7.5” is no whole number"),
        ("a month", "“a” is no whole number"),
        ("30, 99999", "could not be told apart"),
        (",".join(map(str, range(1, 20))), "could not be told apart"),
    ],
)
def test_bounds_that_part_nothing_are_refused_with_what_to_write_instead(text, says):
    with pytest.raises(ValueError, match="Choose such as|Write the bounds like") as refused:
        read_bounds(text)
    assert says in str(refused.value)


@given(st.lists(st.integers(1, 3_650), min_size=1, max_size=12, unique=True).map(sorted))
def test_written_bounds_are_read_back(bounds):
    # However the URL writes them, the same buckets come back.
    for separator in (", ", "-", " ", ";"):
        assert read_bounds(separator.join(map(str, bounds))) == tuple(bounds)
    assert checked_bounds(bounds) == tuple(bounds)
