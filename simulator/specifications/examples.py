"""The examples in the documents: what betsim itself answers when it is asked, and what it was asked.

Nothing here is written by hand but the questions. A story tells them in order, because a bet has to be placed before it
can be cancelled; the answers of its earlier steps are there for the later ones to refer to.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from simulator.betfair.operations import Service
from simulator.specifications.conversation import FORM, JSON, Conversation

JsonValue = Any
APP_KEY: Final = "alice-live-key"
CREDENTIALS: Final = "username=alice&password=alice-password"
MARKET: Final = "1.113197491"
_EVENT: Final = "27165685"
HOME: Final = 6830593
DRAW: Final = 58805
_WORLD: Final = "/control/v1/worlds/default"


RACE_MARKET: Final = "1.113198101"
KEPT_SNAPSHOT: Final = "before-the-goal"
INCOMPLETE_MARKET: Final = "1.165000010"
_EVENT_TO_GROW: Final[JsonValue] = {
    "id": "32165010",
    "name": "Cup 2027",
    "eventType": {"id": "1", "name": "Soccer"},
    "openDate": "+P30D",
    "markets": [
        {
            "id": INCOMPLETE_MARKET,
            "name": "Winner",
            "marketType": "TOURNAMENT_WINNER",
            "startTime": "+P30D",
            "complete": False,
            "runners": [{"selectionId": 1, "name": "Eastbridge"}, {"selectionId": 2, "name": "Westhaven"}],
        }
    ],
}


class Example(NamedTuple):
    """A question and its answer: of an operation, under a name."""

    operation: str
    name: str
    request: JsonValue
    answer: JsonValue


Earlier = Mapping[str, JsonValue]
"""Results by `operation-name`, of the steps before this one."""


class Step(NamedTuple):
    """A call of an operation; the parameters are given, or made of earlier results."""

    operation: str
    name: str
    parameters: JsonValue | Callable[[Earlier], JsonValue]
    caller: str = "alice"
    with_app_key: bool = True


class Deed(NamedTuple):
    """Something that is done to the world through our own API, so that the next step has something to tell."""

    path: str
    body: JsonValue = None


Story = Sequence[Step | Deed]


def rest_examples(service: Service, story: Story) -> list[Example]:
    """Return what a service answers to the steps of a story over REST."""
    return _told(story, lambda step, parameters: (f"rest/v1.0/{step.operation}/", parameters), service)


def json_rpc_examples(service: Service, story: Story) -> list[Example]:
    """Return what a service answers to the steps of a story over JSON-RPC: whole requests and whole answers."""

    def call(step: Step, parameters: JsonValue) -> tuple[str, JsonValue]:
        method = f"{service.interface}/v1.0/{step.operation}"
        return "json-rpc/v1", {"jsonrpc": "2.0", "method": method, "params": parameters, "id": 1}

    return _told(story, call, service)


def _told(
    story: Story, request_of: Callable[[Step, JsonValue], tuple[str, JsonValue]], service: Service
) -> list[Example]:
    conversation = Conversation()
    tokens: dict[str, str] = {}
    earlier: dict[str, JsonValue] = {}
    examples = []
    for step in story:
        if isinstance(step, Deed):
            _answer(conversation, "POST", step.path, step.body)
            continue
        parameters = step.parameters(earlier) if callable(step.parameters) else step.parameters
        path, request = request_of(step, parameters)
        if step.caller not in tokens:
            tokens[step.caller] = _log_in(conversation, step.caller)
        headers = {**JSON, "X-Authentication": tokens[step.caller]}
        if step.with_app_key:
            headers["X-Application"] = f"{step.caller}-live-key"
        refused = service.operations[step.operation].never_succeeds
        statuses = (400,) if refused and path.startswith("rest") else (200,)
        answer = _answer(conversation, "POST", f"/exchange/{service.name}/{path}", request, headers, statuses)
        if not refused:
            earlier[f"{step.operation}-{step.name}"] = answer["result"] if path.startswith("json-rpc") else answer
        examples.append(Example(step.operation, step.name, request, answer))
    return examples


def _log_in(conversation: Conversation, username: str = "alice") -> str:
    body, headers = f"username={username}&password={username}-password", {**FORM, "X-Application": APP_KEY}
    answer = _answer(conversation, "POST", "/api/login", body, headers)
    return str(answer["token"])


def _answer(
    conversation: Conversation,
    method: str,
    path: str,
    body: JsonValue = None,
    headers: dict[str, str] | None = None,
    statuses: Collection[int] = (200, 201),
) -> JsonValue:
    heard = conversation.ask(method, path, body, headers)
    assert heard.status in statuses, f"no example for {method} {path}: {heard}"
    return heard.content


def navigation_examples() -> Mapping[str, JsonValue]:
    """Return the menu of the built-in scenario by method: of each sport the first of whatever stands in another."""
    conversation = Conversation()
    headers = {"X-Application": APP_KEY, "X-Authentication": _log_in(conversation)}
    path = "/exchange/betting/rest/v1/en/navigation/menu.json"
    menus = {method: _answer(conversation, method, path, None, headers) for method in ("GET", "POST")}
    return {
        method: {**menu, "children": [_first_of(sport) for sport in menu["children"]]} for method, menu in menus.items()
    }


def _first_of(node: JsonValue) -> JsonValue:
    return {**node, "children": [_first_of(node["children"][0])]} if "children" in node else node


def in_play_examples() -> Mapping[str, JsonValue]:
    """Return what the in-play service answers of a match that has begun, by operation."""
    conversation = Conversation()
    for deed in ({"type": "KickOff"}, {"type": "Goal", "team": "home", "matchTime": 36}):
        _answer(conversation, "POST", f"{_WORLD}/events/{_EVENT}/incident", deed)
    address = "/inplayservice/v1.1"
    names = {"scores": "eventIds", "scoresAndBroadcast": "eventIds", "eventTimelines": "eventIds"}
    return {
        name: _answer(conversation, "GET", f"{address}/{name}?{parameter}={_EVENT}", None, {})
        for name, parameter in {**names, "eventTimeline": "eventId"}.items()
    }


def race_card_examples() -> Mapping[str, JsonValue]:
    """Return a card and a result with the first of its horses, by operation; and look at the page with the key."""
    conversation = Conversation()
    headers = {"X-Application": APP_KEY}
    _answer(conversation, "GET", "/exchange/plus/", None, {})
    query = f"marketId={RACE_MARKET}"
    card = _answer(conversation, "GET", f"/rest/v2/raceCard?{query}", None, headers)
    winner = int(card[0]["runners"][0]["selections"][0]["selectionId"])
    _answer(
        conversation,
        "POST",
        f"{_WORLD}/markets/{RACE_MARKET}/settle",
        {"results": [{"selectionId": winner, "status": "WINNER"}]},
    )
    result = _answer(conversation, "GET", f"/rest/v2/raceResults?{query}", None, headers)
    return {
        name: [{**race, "runners": race["runners"][:1]} for race in races]
        for name, races in (("raceCard", card), ("raceResults", result))
    }


def identity_examples() -> dict[str, JsonValue]:
    """Return what the operations of the identity service answer, by their ids."""
    conversation = Conversation()
    headers = {**FORM, "X-Application": APP_KEY}
    answers = {
        "login": _answer(conversation, "POST", "/api/login", CREDENTIALS, headers),
        "certlogin": _answer(conversation, "POST", "/api/certlogin", CREDENTIALS, headers),
    }
    session = {"Accept": "application/json", "X-Application": APP_KEY, "X-Authentication": answers["login"]["token"]}
    for operation, path in (("keepAlive", "/api/keepAlive"), ("logout", "/api/logout")):
        for method in ("GET", "POST"):
            name = f"{operation}{method.capitalize()}"
            if name == "logoutPost":
                session["X-Authentication"] = answers["certlogin"]["sessionToken"]
            answers[name] = _answer(conversation, method, path, None, session)
    return answers


def control_example(method: str, path: str, body: JsonValue = None) -> JsonValue:
    """Return what our own API answers in a new world, `None` where it answers nothing."""
    conversation = Conversation()
    for done, undone in (("/resume", "/suspend"), ("/reinstate", "/hide"), ("/resettle", "/void")):
        if path.endswith(done):
            _answer(conversation, "POST", path.replace(done, undone))
    if path.startswith("/control/v1/snapshots") or path.endswith("/restore"):
        _answer(conversation, "GET", f"{_WORLD}/snapshot?name={KEPT_SNAPSHOT}")
    if INCOMPLETE_MARKET in path:
        _answer(conversation, "POST", f"{_WORLD}/markets", {"events": [_EVENT_TO_GROW]})
    return _answer(conversation, method, path, body)


# What happens to a customer in the world of the scenario demo


def _order(price: float) -> JsonValue:
    return {
        "marketId": MARKET,
        "instructions": [
            {
                "selectionId": HOME,
                "side": "BACK",
                "orderType": "LIMIT",
                "limitOrder": {"size": 2.0, "price": price, "persistenceType": "LAPSE"},
            }
        ],
    }


def _edit(bet: Callable[[Earlier], JsonValue], **changes: JsonValue) -> Callable[[Earlier], JsonValue]:
    return lambda earlier: {"marketId": MARKET, "instructions": [{"betId": bet(earlier), **changes}]}


def _unmatched(earlier: Earlier) -> JsonValue:
    return earlier["placeOrders-unmatched"]["instructionReports"][0]["betId"]


def _replaced(earlier: Earlier) -> JsonValue:
    return earlier["replaceOrders-higher"]["instructionReports"][0]["placeInstructionReport"]["betId"]


_BEST: Final = {"priceData": ["EX_BEST_OFFERS"], "exBestOffersOverrides": {"bestPricesDepth": 1}}

_GROUP: Final = {"type": "EVENT", "id": {"eventId": 27165685}}
_LIMIT: Final = {"matched": 100.0, "total": 200.0, "limitBreachAction": {"actionType": "STOP_BETTING"}}

BETTING_STORY: Final[Story] = (
    Step("listEventTypes", "all", {"filter": {}}),
    Step("listCompetitions", "all", {"filter": {}}),
    Step("listTimeRanges", "days", {"filter": {}, "granularity": "DAYS"}),
    Step("listEvents", "football", {"filter": {"eventTypeIds": ["1"]}}),
    Step("listMarketTypes", "racing", {"filter": {"eventTypeIds": ["7"]}}),
    Step("listCountries", "all", {"filter": {}}),
    Step("listVenues", "all", {"filter": {}}),
    Step(
        "listMarketCatalogue",
        "odds",
        {
            "filter": {"eventTypeIds": ["1"], "marketTypeCodes": ["MATCH_ODDS"]},
            "maxResults": 10,
            "marketProjection": ["EVENT", "MARKET_START_TIME", "RUNNER_DESCRIPTION"],
        },
    ),
    Step("listMarketBook", "best", {"marketIds": [MARKET], "priceProjection": _BEST}),
    Step("listRunnerBook", "draw", {"marketId": MARKET, "selectionId": DRAW, "priceProjection": _BEST}),
    Step("placeOrders", "matched", _order(2.0)),
    Step("placeOrders", "unmatched", _order(2.5)),
    Step("listCurrentOrders", "all", {}),
    Step("updateOrders", "persist", _edit(_unmatched, newPersistenceType="PERSIST")),
    Step("replaceOrders", "higher", _edit(_unmatched, newPrice=2.6)),
    Step("cancelOrders", "one", _edit(_replaced)),
    Step("listMarketProfitAndLoss", "one", {"marketIds": [MARKET]}),
    Deed(f"{_WORLD}/markets/{MARKET}/settle", {"results": [{"selectionId": HOME, "status": "WINNER"}]}),
    Step("listClearedOrders", "settled", {"betStatus": "SETTLED"}),
    Step("setDefaultExposureLimitForMarketGroups", "denied", {"marketGroupType": "EVENT", "limit": _LIMIT}),
    Step("setExposureLimitForMarketGroup", "denied", {"marketGroup": _GROUP, "limit": _LIMIT}),
    Step("removeDefaultExposureLimitForMarketGroups", "denied", {"marketGroupType": "EVENT"}),
    Step("removeExposureLimitForMarketGroup", "denied", {"marketGroup": _GROUP}),
    Step("listExposureLimitsForMarketGroups", "denied", {"marketGroupTypeFilter": "EVENT"}),
    Step("unblockMarketGroup", "denied", {"marketGroup": _GROUP}),
    Step("getExposureReuseEnabledEvents", "denied", {}),
    Step("addExposureReuseEnabledEvents", "denied", {"eventIds": [27165685]}),
    Step("removeExposureReuseEnabledEvents", "denied", {"eventIds": [27165685]}),
)

_VENDOR_ID: Final = "4534"


def _subscription(earlier: Earlier) -> JsonValue:
    return {"subscriptionToken": earlier["getApplicationSubscriptionToken-year"]}


def _client(earlier: Earlier) -> JsonValue:
    return {"vendorClientId": earlier["getVendorClientId-own"]}


def _by_code(earlier: Earlier) -> JsonValue:
    code = earlier["getAuthorisationCode-one"]["authorisationCode"]
    return {"client_id": _VENDOR_ID, "client_secret": _SECRET, "grant_type": "AUTHORIZATION_CODE", "code": code}


def _by_refresh_token(earlier: Earlier) -> JsonValue:
    token = earlier["token-code"]["refresh_token"]
    return {"client_id": _VENDOR_ID, "client_secret": _SECRET, "grant_type": "REFRESH_TOKEN", "refresh_token": token}


_SECRET: Final = "bob-vendor-secret"
_FOR_A_YEAR: Final = {"subscriptionLength": 365, "clientReference": "order 7"}

# Bob is a vendor and Alice a customer of his, who has no app key where she asks about what is her own.
_VENDOR_STORY: Final[Story] = (
    Step("getVendorClientId", "own", {}),
    Step("getApplicationSubscriptionToken", "year", _FOR_A_YEAR, "bob"),
    Step("activateApplicationSubscription", "one", _subscription, with_app_key=False),
    Step("updateApplicationSubscription", "longer", lambda seen: {**_client(seen), "subscriptionLength": 730}, "bob"),
    Step("listApplicationSubscriptionTokens", "activated", {"subscriptionStatus": "ACTIVATED"}, "bob"),
    Step("listAccountSubscriptionTokens", "own", {}),
    Step("getApplicationSubscriptionHistory", "vendor", _client, "bob"),
    Step("getApplicationSubscriptionHistory", "customer", {"applicationKey": "bob-live-key"}, with_app_key=False),
    Step("getVendorDetails", "one", {"vendorId": _VENDOR_ID}),
    Step("getAuthorisationCode", "one", {"vendorId": _VENDOR_ID}, with_app_key=False),
    Step("token", "code", _by_code, "bob"),
    Step("token", "refresh", _by_refresh_token, "bob"),
    Step("isAccountSubscribedToWebApp", "yes", {"vendorId": _VENDOR_ID}, with_app_key=False),
    Step("listAuthorizedWebApps", "own", {}, with_app_key=False),
    Step("revokeAccessToWebApp", "one", {"vendorId": int(_VENDOR_ID)}, with_app_key=False),
    Step(
        "getAffiliateRelation",
        "one",
        lambda seen: {"vendorClientIds": [seen["getVendorClientId-own"], "0"]},
        "bob",
    ),
    Step("cancelApplicationSubscription", "one", _subscription, "bob"),
)

ACCOUNT_STORY: Final[Story] = (
    Step("getAccountFunds", "all", {}),
    Step("getAccountDetails", "all", {}),
    Step("createDeveloperAppKeys", "new", {"appName": "My first bot"}),
    Step("getDeveloperAppKeys", "all", {}),
    Step("transferFunds", "pounds", {"from": "UK", "to": "AUSTRALIAN", "amount": 10.0}),
    Deed(f"{_WORLD}/accounts/alice/deposits", {"amount": 25.5}),
    Step("getAccountStatement", "all", {"itemDateRange": {"from": None, "to": None}}),
    Step("listCurrencyRates", "pounds", {"fromCurrency": "GBP"}),
    *_VENDOR_STORY,
)

HEARTBEAT_STORY: Final[Story] = (
    Step("heartbeat", "register", {"preferredTimeoutSeconds": 10}),
    Step("heartbeat", "end", {"preferredTimeoutSeconds": 0}),
)

SCORES_STORY: Final[Story] = (
    Deed(f"{_WORLD}/markets/{RACE_MARKET}/race-status", {"status": "GOINGDOWN"}),
    Step("listRaceDetails", "all", {}),
    Step("listRaceDetails", "meeting", {"meetingIds": ["27168001"]}),
    Step("listAvailableEvents", "football", {"eventTypeIds": ["1"]}),
    Deed(f"{_WORLD}/events/{_EVENT}/incident", {"type": "KickOff"}),
    Deed(f"{_WORLD}/events/{_EVENT}/incident", {"type": "Goal", "team": "home", "matchTime": 36}),
    Step("listScores", "all", {"updateKeys": [{"eventId": _EVENT}]}),
    Step("listScores", "known", {"updateKeys": [{"eventId": _EVENT, "lastUpdateSequenceProcessed": 2}]}),
    Step("listIncidents", "new", {"updateKeys": [{"eventId": _EVENT, "lastUpdateSequenceProcessed": 1}]}),
)
