"""The page of editions says what `sangao diff` counts."""

import pytest

from tests.guidelines.editions import DATA, PAGE, page


@pytest.mark.long
@pytest.mark.skipif(not DATA.exists(), reason="the survey of ../shared/data is not here")
def test_the_page_of_editions_is_what_the_packs_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.guidelines.editions`"
