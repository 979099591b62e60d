"""A bot that backs what BetTune predicts, where the exchange pays at least the odds that the prediction asks for."""

import requests
from betfairlightweight import filters
from betfairlightweight.exceptions import APIError

FOOTBALL = 1  # as BetTune numbers sports
NO_SESSION = ("INVALID_SESSION_INFORMATION", "NO_SESSION")


class ValueBot:
    def __init__(self, client, bettune_url, bettune_token, stake=5.0):
        self.client, self.url, self.stake = client, bettune_url, stake
        self.bettune = requests.Session()
        self.bettune.headers["Authorization"] = f"Bearer {bettune_token}"

    def bet(self, day):
        """Back every prediction on the matches of a day that has value now; return the ids of the bets."""
        return [bet_id for one in self.predictions(day) if (bet_id := self.back(*one))]

    def predictions(self, day):
        matches = self.ask("GET", "matches", params={"date": day, "sport": FOOTBALL})
        by_id = {match["id"]: match for match in matches}
        for one in self.ask("GET", "prediction-filters"):
            found = self.ask("POST", "predictions/search", json={"filterId": one["id"], "matchIds": list(by_id)})
            for prediction in found if one["status"] == "approved" else []:
                match = by_id[prediction["matchId"]]
                names = {"Home": match["home"]["name"], "Away": match["away"]["name"], "Draw": "The Draw"}
                teams = f"{names['Home']} v {names['Away']}"
                yield teams, names[one["betType"]], float(prediction["odds"]), f"prediction-{prediction['id']}"

    def back(self, teams, name, odds, reference):
        """Back a runner if its best price is good enough and that was not done before; return the bet's id or None."""
        if self.placed(reference):
            return None
        for market in self.call(
            "list_market_catalogue",
            filters.market_filter(text_query=teams, market_type_codes=["MATCH_ODDS"]),
            market_projection=["RUNNER_DESCRIPTION"],
        ):
            runner = next(one.selection_id for one in market.runners if one.runner_name == name)
            best = filters.price_projection(price_data=["EX_BEST_OFFERS"])
            (book,) = self.call("list_market_book", [market.market_id], price_projection=best)
            prices = next(one for one in book.runners if one.selection_id == runner).ex.available_to_back
            if book.status != "OPEN" or not prices or prices[0].price < odds:
                continue
            order = filters.limit_order(prices[0].price, "LAPSE", size=self.stake)
            instruction = filters.place_instruction("LIMIT", runner, "BACK", limit_order=order)
            instruction["customerOrderRef"] = reference
            try:
                report = self.call("place_orders", market.market_id, [instruction])
            except APIError:
                # Nobody knows whether that was placed, except the exchange.
                return next(iter(self.placed(reference)), None)
            if report.status == "SUCCESS":
                return report.place_instruction_reports[0].bet_id
        return None

    def placed(self, reference):
        """Return the ids of the bets that stand for a prediction, of those not settled yet."""
        orders = self.call("list_current_orders", customer_order_refs=[reference]).orders
        return [order.bet_id for order in orders]

    def profit(self):
        """Return what the settled bets have come to, before commission."""
        return sum(order.profit for order in self.call("list_cleared_orders").orders)

    def call(self, operation, *arguments, **more):
        """Call an operation of the betting API, once more with a new session where the old one has ended."""
        try:
            return getattr(self.client.betting, operation)(*arguments, **more)
        except APIError as error:
            if not any(code in str(error) for code in NO_SESSION):
                raise
            self.client.login_interactive()
            return getattr(self.client.betting, operation)(*arguments, **more)

    def ask(self, method, path, **request):
        answer = self.bettune.request(method, f"{self.url}/{path}", timeout=10, **request)
        answer.raise_for_status()
        return answer.json()["items"]
