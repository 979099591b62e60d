"""The Saturday that is made up, through the control API and over the wire."""

from typing import Any

from tests.contract.bettor import Bettor
from tests.in_process import client_of
from tests.scenario import scenario

MENU = "/exchange/betting/rest/v1/en/navigation/menu.json"


def nodes_of(node: dict[str, Any]) -> int:
    return 1 + sum(map(nodes_of, node.get("children", ())))


def test_a_world_of_it_is_made_by_name_and_a_client_finds_its_way_in_it() -> None:
    with client_of(scenario(accounts=["carol"])) as client:
        made = client.post("/control/v1/worlds", json={"fixture": "saturday"})
        assert made.status_code == 201, made.text
        account = made.json()["betfair"]["accounts"][0]
        form = {"username": account["username"], "password": account["password"]}
        login = {"X-Application": account["appKey"], "Accept": "application/json"}
        token = client.post("/api/login", data=form, headers=login).json()["token"]
        headers = {"X-Application": account["appKey"], "X-Authentication": token}
        call = {"jsonrpc": "2.0", "method": "ScoresAPING/v1.0/listRaceDetails", "params": {}, "id": 1}

        assert nodes_of(client.get(MENU, headers=headers).json()) > 5_000
        races = client.post("/exchange/scores/json-rpc/v1", json=call, headers=headers).json()["result"]
        assert len(races) > 150
        assert nodes_of(client.get(MENU, headers=Bettor(client, "carol").headers).json()) == 1
