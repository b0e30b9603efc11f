"""What is made from the code says what the code says."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = runpy.run_path(str(ROOT / "setup/documents.py"))["DOCUMENTS"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_made_document_is_up_to_date(name):
    assert (ROOT / name).read_text() == DOCUMENTS[name](), "make documents"
