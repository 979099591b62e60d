"""What happens in BetTune outside its own API.

Filters and matches are added; users get new tokens and other plans, and predict by hand.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bettune_schema import AddedDocument, FilterDocument, PlanChange, PredictionDocument, UserDocument
from simulator.control.bodies import Body, loaded, read_body
from simulator.control.matches import describe_match, match_of
from simulator.control.performing import performed
from simulator.control.problems import UnknownFilter, UnknownUser
from simulator.control.resources import answer
from simulator.control.schema import TokenDocument, instant_text
from simulator.control.worlds import refuse_content
from simulator.exchange.money import HUNDREDTHS
from simulator.world.bettune.bettune import FROM_USER_INTERFACE, MILLIONTHS, Match, Prediction, PredictionFilter
from simulator.world.bettune.users import User
from simulator.world.format.scenario import Additions, BetTuneAdditions, ChangePlan
from simulator.world.inputs import (
    Add,
    AddToBetTune,
    DeletePrediction,
    Input,
    PutPrediction,
    RegenerateToken,
    RevokeTokens,
)
from simulator.world.loading.loading import load_odds, load_plan, loader_of_bettune_additions
from simulator.world.world import World


class BetTuneHandlers:
    """Everything under `/control/v1/worlds/{world}/bettune`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of
        self._adding: Final[WeakKeyDictionary[World, asyncio.Lock]] = WeakKeyDictionary()
        """One document after the other is added to a world: each is checked against what is there then."""

    async def add(self, request: Request) -> Response:
        """Add the filters and matches that are sent, all or none."""
        self._world_of(request)
        body = await read_body(request)
        async with self._adding.setdefault(self._world_of(request), asyncio.Lock()):
            world, additions = await self._additions(request, body)
            performed(world, AddToBetTune(additions.filters, additions.matches))
        bettune = world.bettune
        filters = [_describe_filter(bettune.filters[one.id]) for one in additions.filters]
        matches = [describe_match(bettune.matches[match.id]) for match in additions.matches]
        return answer(AddedDocument(filters, matches), 201)

    async def _additions(self, request: Request, body: Body) -> tuple[World, BetTuneAdditions]:
        """Return what a document adds, and the world that it was checked against."""
        while True:
            world = self._world_of(request)
            bettune = world.bettune
            load = loader_of_bettune_additions(bettune, world.catalogue, world.clock.now())
            additions = await loaded(body, load)
            # Meanwhile it may have been deleted, or begun again.
            world = self._world_of(request)
            if world.bettune is bettune:
                return world, additions

    # Users

    async def read_user(self, request: Request) -> Response:
        """Answer the user of the address."""
        return answer(_describe_user(*self._user_of(request)))

    async def regenerate_token(self, request: Request) -> Response:
        """Give the user of the address a new token, and revoke those there are."""
        return await self._change_tokens(request, RegenerateToken)

    async def revoke_tokens(self, request: Request) -> Response:
        """Revoke all tokens of the user of the address."""
        return await self._change_tokens(request, RevokeTokens)

    async def change_plan(self, request: Request) -> Response:
        """Put the user of the address on another plan, at once or at a time."""
        world, user = self._user_of(request)
        load = partial(load_plan, user=user, origin=world.clock.now())
        change = await loaded(await read_body(request), load)
        # Asked for again: while the document was on its way the world may have been deleted.
        world, user = self._user_of(request)
        performed(world, change if change.at is None else Add(Additions(schedule=(change,))))
        return answer(_describe_user(world, user))

    async def _change_tokens(self, request: Request, what: Callable[[str], Input]) -> Response:
        self._user_of(request)
        await loaded(await read_body(request), refuse_content)
        world, user = self._user_of(request)
        performed(world, what(user))
        return answer(_describe_user(world, user))

    def _user_of(self, request: Request) -> tuple[World, str]:
        world, name = self._world_of(request), request.path_params["user"]
        if name not in world.bettune.users.names:
            raise UnknownUser(f"World {world.id!r} has no user {name[:80]!r} of BetTune.")
        return world, name

    # Predictions

    async def put_prediction(self, request: Request) -> Response:
        """Predict by hand what the address says, and answer the prediction."""
        self._prediction_of(request)
        odds = await loaded(await read_body(request), load_odds)
        world, one, match = self._prediction_of(request)
        performed(world, PutPrediction(one.id, match.id, odds, FROM_USER_INTERFACE))
        return answer(_describe_prediction(world.bettune.predictions[one.id, match.id]))

    async def delete_prediction(self, request: Request) -> Response:
        """Take a prediction back; whether there was one makes no difference."""
        world, one, match = self._prediction_of(request)
        performed(world, DeletePrediction(one.id, match.id))
        return Response(status_code=204)

    def _prediction_of(self, request: Request) -> tuple[World, PredictionFilter, Match]:
        """Return what a prediction of the address is about."""
        world, number = self._world_of(request), request.path_params["filter"]
        # Compared as a text: a number of a million digits is not worth reading.
        one = next((one for one in world.bettune.filters.values() if str(one.id) == number), None)
        if one is None:
            raise UnknownFilter(f"World {world.id!r} has no filter {number[:40]!r}.")
        return world, one, match_of(world, request)


def describe_token(user: User) -> TokenDocument:
    """Return a token as it is answered."""
    return TokenDocument(user.token, user.name, user.plan, user.is_revoked)


def _describe_user(world: World, name: str) -> UserDocument:
    users = world.bettune.users
    current = users.current(name)
    changes = [
        PlanChange(instant_text(due_at), happening.plan)
        for due_at, happening in world.schedule.pending
        if isinstance(happening, ChangePlan) and happening.user == name
    ]
    return UserDocument(
        user=name,
        plan=current.plan,
        account=current.account,
        token=None if current.is_revoked else current.token,
        tokens=[describe_token(user) for user in users.called(name)],
        plan_changes=changes,
    )


def _describe_filter(one: PredictionFilter) -> FilterDocument:
    stake = None if one.stake_pence is None else one.stake_pence / HUNDREDTHS
    return FilterDocument(one.id, one.name, one.bet_type, one.sport, one.status, one.user, stake)


def _describe_prediction(prediction: Prediction) -> PredictionDocument:
    return PredictionDocument(
        id=prediction.id,
        filter=prediction.filter_id,
        match=prediction.match_id,
        odds=prediction.odds_millionths / MILLIONTHS,
        source=prediction.source,
        created_at=instant_text(prediction.created_at),
        updated_at=instant_text(prediction.updated_at),
    )
