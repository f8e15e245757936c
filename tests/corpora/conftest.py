"""Tests on collections that are too large, or not ours, to keep here: bin/test --corpora FOLDER."""

import pytest


def pytest_itemcollected(item):
    item.add_marker(pytest.mark.corpora)
    item.add_marker(pytest.mark.timeout(600))  # unless the test names another
