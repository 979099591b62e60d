"""The real names lead to the server where a command is deceived about the network, and a system that cannot says so."""

import pytest
from click.testing import CliRunner

from simulator import namespaces
from simulator.cli import main
from simulator.real_hosts import REAL_NAMES, STREAM_NAMES
from simulator.transparency import HTTPS_HOST, STREAM_HOST, hosts_file


def lead_of(text: str) -> dict[str, str]:
    """Where each name leads by a file of hosts: the first line that has it counts."""
    lead: dict[str, str] = {}
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            lead.setdefault(name, address)
    return lead


def test_every_real_name_leads_to_the_server_and_those_of_streams_to_an_address_of_their_own() -> None:
    lead = lead_of(hosts_file("127.0.0.1 localhost\n", REAL_NAMES))

    assert set(STREAM_NAMES) < set(REAL_NAMES)
    assert lead.pop("localhost") == "127.0.0.1"
    assert lead == {name: STREAM_HOST if name in STREAM_NAMES else HTTPS_HOST for name in REAL_NAMES}


def test_what_a_file_of_hosts_said_of_the_real_names_counts_no_more_and_all_else_stays() -> None:
    before = "# ours\n10.0.0.9 api.betfair.com other # here\n10.0.0.8 database\n"

    text = hosts_file(before, ["api.betfair.com"])

    assert text == "# ours\n10.0.0.8 database\n127.0.0.1 api.betfair.com\n"


def test_elsewhere_than_on_linux_it_is_said_that_it_takes_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")

    with pytest.raises(namespaces.NoNamespaces, match="on Linux only, and this is darwin"):
        namespaces.enter_own_namespaces()


@pytest.mark.parametrize("option", [("--host", "127.0.0.1"), ("--stream-port", "1"), ("--tls-port", "444")])
def test_addresses_have_no_place_beside_the_real_ones(option: tuple[str, str]) -> None:
    ended = CliRunner().invoke(main, ["exec", "--transparent", *option, "--", "true"])

    assert ended.exit_code == 2
    assert f"{option[0]} has no place beside --transparent" in ended.stderr
