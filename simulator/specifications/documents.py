"""Every generated document, as the text that stands in `specs`."""

from typing import Any, Final

import yaml

from simulator.betfair.accounts.service import ACCOUNT
from simulator.betfair.heartbeat import HEARTBEAT
from simulator.betfair.race_status import SCORES
from simulator.betfair.schema import account_aping, heartbeat_aping, scores_aping, sports_aping
from simulator.betfair.services import BETTING
from simulator.specifications import control, identity, navigation, site_services
from simulator.specifications.betfair import About, document
from simulator.specifications.betting_rules import BETTING_RULES, LOCALE, number
from simulator.specifications.examples import ACCOUNT_STORY, BETTING_STORY, HEARTBEAT_STORY, SCORES_STORY
from simulator.specifications.requests import Rules
from simulator.world.vendors import LONGEST_REFERENCE, MOST_DAYS

_NOTICE: Final = "# Written by `python -m simulator.specifications` from the tables and types of the code.\n"


def _some_days(optional: str = "") -> str:
    """Return the pattern of the text of a number from 1 to `MOST_DAYS`; where it need not be there it may be empty."""
    days = "[1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500"
    return rf"^[ \t\r\n]*(\+?0{{0,20}}({days})){optional}[ \t\r\n]*$"


_BETTING: Final = About(
    title="Betfair Exchange, betting",
    description="Markets are listed and read, bets are placed, edited and reported: the interface SportsAPING v1.0.",
    rules=BETTING_RULES,
    story=BETTING_STORY,
    links={
        "placeOrders": {
            "read": {
                "operationId": "listCurrentOrders",
                "requestBody": {"betIds": ["$response.body#/instructionReports/0/betId"]},
                "description": "What was placed is among the current orders.",
            },
            "cancel": {
                "operationId": "cancelOrders",
                "requestBody": {
                    "marketId": "$response.body#/marketId",
                    "instructions": [{"betId": "$response.body#/instructionReports/0/betId"}],
                },
                "description": "What was placed and is unmatched can be cancelled.",
            },
        },
        "listMarketCatalogue": {
            "read": {
                "operationId": "listMarketBook",
                "requestBody": {"marketIds": ["$response.body#/0/marketId"]},
                "description": "What is listed can be read.",
            }
        },
    },
)

_ACCOUNTS: Final = About(
    title="Betfair Exchange, accounts",
    description="Whose account it is, what money is in it, and what has moved that: the interface AccountAPING v1.0.",
    rules=Rules(
        fields={
            "wallet": {"const": "UK"},
            "locale": LOCALE,
            "fromRecord": number(0),
            "recordCount": number(0),
            "GetApplicationSubscriptionTokenRequest.subscriptionLength": number(1, MOST_DAYS, _some_days("?")),
            "UpdateApplicationSubscriptionRequest.subscriptionLength": number(1, MOST_DAYS, _some_days()),
            "clientReference": {"type": ["string", "number"], "maxLength": LONGEST_REFERENCE},
            "fromCurrency": {"enum": ["", "GBP"]},
        },
        variants={},
    ),
    story=ACCOUNT_STORY,
    links={},
)

_HEARTBEAT: Final = About(
    title="Betfair Exchange, heartbeat",
    description="A customer who falls silent has unmatched bets cancelled: the interface HeartbeatAPING v1.0.",
    rules=Rules(
        fields={"preferredTimeoutSeconds": number(0, pattern=r"^[ \t\r\n]*[0-9]{1,9}[ \t\r\n]*$")}, variants={}
    ),
    story=HEARTBEAT_STORY,
    links={},
)


_SCORES: Final = About(
    title="Betfair Exchange, scores",
    description="How races in the United Kingdom and in Ireland stand, and matches: the interface ScoresAPING v1.0.",
    rules=Rules(fields={}, variants={}),
    story=SCORES_STORY,
    links={},
)


def generated_documents() -> dict[str, str]:
    """Return the text of every generated document, by the name of its file."""
    documents = {
        "control.yaml": control.document(),
        "betfair-identity.yaml": identity.document(),
        "betfair-betting.yaml": document(BETTING, sports_aping.OPERATIONS, _BETTING),
        "betfair-accounts.yaml": document(ACCOUNT, account_aping.OPERATIONS, _ACCOUNTS),
        "betfair-heartbeat.yaml": document(HEARTBEAT, heartbeat_aping.OPERATIONS, _HEARTBEAT),
        "betfair-scores.yaml": document(SCORES, scores_aping.OPERATIONS, _SCORES),
        "betfair-navigation.yaml": navigation.document(),
        "betfair-in-play.yaml": site_services.in_play_document(),
        "betfair-race-card.yaml": site_services.race_card_document(),
    }
    return {name: _NOTICE + _written(content) for name, content in documents.items()}


class _Dumper(yaml.SafeDumper):
    """Writes everything out: an alias would be one more thing to understand."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(content: Any) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
