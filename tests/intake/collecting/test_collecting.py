"""The cycle collector is paused while a reader works, and comes back."""

from __future__ import annotations

import gc

import pytest

from hoptrace.intake.collecting import collection_paused


def test_it_is_off_inside_and_on_again_after_an_error():
    assert gc.isenabled()
    with pytest.raises(ValueError, match="broken"), collection_paused():
        assert not gc.isenabled()
        raise ValueError("broken")
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off():
    gc.disable()
    try:
        with collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
