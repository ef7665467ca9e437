"""ISO days: the columnar lane reads many at once what the other reads one by one."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from tariffcalc.batch.arrow_arrays import text_array
from tariffcalc.batch.arrow_days import month_name, months_of, plain_days
from tariffcalc.batch.plain import plain_day

DAYS = st.dates().map(date.isoformat)
NEARLY = st.one_of(
    DAYS,
    st.text("0123456789-/ ", max_size=11),
    st.from_regex(r"\d{4}-[01]\d-[0-3]\d", fullmatch=True),
    st.builds(
        lambda day, place, sign: day[:place] + sign + day[place + 1 :],
        DAYS,
        st.integers(0, 9),
        st.sampled_from("09-/ é٣"),
    ),
)


@given(st.lists(NEARLY))
@example(["2020-02-29", "2019-02-29", "1900-02-29", "2000-02-29", "0000-12-31", "9999-12-31"])
@example(["2020-13-01", "2020-00-01", "2020-01-00", "2020-04-31", "", "2020-1-001", "20200101"])
def test_many_days_are_what_each_is(texts: list[str]) -> None:
    each = [plain_day(text) for text in texts]
    assert plain_days(text_array(texts)).tolist() == [day.toordinal() if day else 0 for day in each]


def test_days_of_a_part_of_an_array() -> None:
    texts = text_array(["2018-07-01", "2018-07-02", "x", "2018-07-03"])[1:]
    assert plain_days(texts).tolist() == [date(2018, 7, 2).toordinal(), 0, 736878]


@given(st.dates())
def test_months(day: date) -> None:
    (month,) = months_of(plain_days(text_array([day.isoformat()]))).tolist()
    assert month_name(month) == day.isoformat()[:7]
