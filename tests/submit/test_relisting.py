"""Which trunk names of submitted records a newly loaded directory explains otherwise."""

from __future__ import annotations

import pytest

import hoptrace
from hoptrace.engines.learning import learn_clocks
from hoptrace.engines.relisted_names import relisted_now

BEFORE = """carrier_id,trunk,peer,customer
alpha,gw-1,beta,
alpha,gw-2,,cust-2
"""
AFTER = """carrier_id,trunk,peer,customer
alpha,gw-1,gamma,
alpha,gw-2,beta,
alpha,gw-3,gamma,
alpha,GW-4,,cust-4
alpha,203.0.113.0/24,beta,
alpha,home,beta,
alpha,gw-9,beta,
"""
HEADER = "start_time,called_number,upstream,downstream,customer"
ROW = "2026-05-01T12:00:{:02}Z,+13125550187,{},{},{}"
OWN = '[trunks]\nown = ["home", "192.0.2.0/24"]\n'


@pytest.fixture
def listed_later(workspace, tmp_path):
    """Submit rows of alpha under the directory BEFORE, and load AFTER: what has another meaning then."""

    def listed(*sides: tuple[str, str, str], profile: str | None = None) -> list[tuple[str, str | None, str | None]]:
        load(BEFORE)
        rows = [ROW.format(n, *side) for n, side in enumerate(sides)]
        (tmp_path / "rows.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        form = "canonical"
        if profile is not None:
            (tmp_path / "p.toml").write_text(profile)
            form = str(tmp_path / "p.toml")
        hoptrace.submit(workspace, [tmp_path / "rows.csv"], "alpha", format=form)
        assert relisted_now(workspace).is_empty()
        load(AFTER)
        return relisted_now(workspace).select("trunk", "peer", "customer").rows()

    def load(trunks: str) -> None:
        (tmp_path / "trunks.csv").write_text(trunks)
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")

    return listed


def test_names_that_nobody_had_listed_are_found_as_the_records_write_them(listed_later):
    assert listed_later(("gw-3", "", ""), ("gw-4", "", "")) == [("gw-3", "gamma", None), ("gw-4", None, "cust-4")]


def test_an_address_is_found_in_a_block_that_was_listed(listed_later):
    assert listed_later(("", "203.0.113.9:5060", "")) == [("203.0.113.9:5060", "beta", None)]


def test_a_name_that_stood_for_another_neighbour_is_put_right(listed_later):
    assert listed_later(("gw-1", "", ""), ("beta", "gw-1", "")) == [("gw-1", "gamma", None)]


def test_a_customer_stays(listed_later):
    assert listed_later(("gw-2", "", ""), ("gw-3", "", "cust-1")) == []


def test_names_that_still_have_no_meaning_are_left(listed_later):
    assert listed_later(("gw-8", "", ""), ("alpha", "", "")) == []


def test_the_carriers_own_side_stays_its_own(listed_later):
    assert listed_later(("", "home", ""), ("", "192.0.2.7", ""), profile=OWN) == []


@pytest.mark.parametrize(
    ("trunk", "profile", "said"),
    [
        ("home", OWN, {("alpha", "serves")}),
        ("gw-3", None, {("alpha", "hands_on"), ("gamma", "handed_to")}),
        ("gw-8", None, {("alpha", "hands_on")}),
    ],
)
def test_a_number_is_traced_forward_over_what_a_trunk_stands_for_now(listed_later, workspace, trunk, profile, said):
    listed_later(("beta", trunk, ""), profile=profile)
    learn_clocks(workspace)
    found = hoptrace.trace_forward(workspace, "+13125550187")
    assert {(one.carrier, str(one.role)) for one in found.carriers if one.carrier != "beta"} == said


def test_whose_trunk_is_a_customers_now_has_the_number(listed_later, workspace):
    listed_later(("beta", "gw-4", ""))
    (alpha,) = hoptrace.trace_forward(workspace, "+13125550187").carriers
    assert (alpha.role, alpha.customers) == ("serves", ("cust-4",))


def test_a_carrier_that_was_listed_later_is_named_by_its_id(workspace, tmp_path, write, line):
    hoptrace.submit(workspace, [write("a.csv", line(1, upstream="delta"))], "alpha", format="canonical")
    (tmp_path / "carriers.csv").write_text((tmp_path / "carriers.csv").read_text() + "delta,US\n")
    workspace.catalog.directory.load_directory(tmp_path / "carriers.csv")
    assert relisted_now(workspace).select("carrier", "trunk", "peer").rows() == [("alpha", "delta", "delta")]
    learn_clocks(workspace)
    call = hoptrace.ReportedCall("c1", "2026-05-01T12:00:01Z", "+13125550101", "+12025550143")
    assert hoptrace.trace(workspace, [call])[0].path == ("gamma", "alpha", "delta")
