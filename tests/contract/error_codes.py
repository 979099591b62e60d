"""By which test every error code of the services is brought about over the wire, and which no rule can bring about.

The first table is written from what tests were answered (`-p tests.error_codes_seen`), and `test_every_error_code`
holds it against that again. A code is written with the place it stands in.
"""

from collections.abc import Mapping
from typing import Final

BY_TEST: Final[Mapping[str, tuple[str, ...]]] = {
    "test_app_keys::test_a_name_is_unique_whoever_has_it": ("AANGX DUPLICATE_APP_NAME",),
    "test_app_keys::test_an_account_has_so_many_applications_and_no_more": ("AANGX APP_CREATION_FAILED",),
    "test_app_keys::test_an_account_that_may_not_bet_gets_no_keys": ("AANGX APP_KEY_CREATION_FAILED",),
    "test_concurrent_requests::test_after_a_batch_there_is_room_again": ("ANGX TOO_MANY_REQUESTS",),
    "test_editing::test_a_bet_named_twice_fails_the_request": ("report DUPLICATE_BETIDS",),
    "test_editing::test_a_reference_is_used_up_for_sixty_seconds": ("report DUPLICATE_TRANSACTION",),
    "test_editing::test_nothing_is_changed_in_a_market_that_is_not_open": ("instruction MARKET_NOT_OPEN_FOR_BETTING",),
    "test_error_details::test_errors_about_who_asks_have_none": (
        "ANGX INVALID_SESSION_INFORMATION",
        "ANGX NO_APP_KEY",
        "ANGX NO_SESSION",
        "ANGX INVALID_APP_KEY",
    ),
    "test_error_details::test_the_details_say_what_is_wrong": (
        "ANGX TOO_MUCH_DATA",
        "ANGX INVALID_INPUT_DATA",
        "ANGX REQUEST_SIZE_EXCEEDS_LIMIT",
    ),
    "test_exposure_limits::test_access_is_denied_over_both_transports": ("ANGX ACCESS_DENIED",),
    "test_heartbeat::test_a_bet_that_waits_out_its_delay_is_not_cancelled": (
        "action NONE",
        "action ALL_BETS_CANCELLED",
    ),
    "test_heartbeat::test_a_negative_timeout_is_invalid_input": ("HBT INVALID_INPUT_DATA",),
    "test_heartbeat::test_bets_that_cannot_be_cancelled_are_told_of": ("action SOME_BETS_NOT_CANCELLED",),
    "test_heartbeat::test_who_is_not_let_in_gets_the_numbers_of_this_interface": (
        "HBT INVALID_SESSION_INFORMATION",
        "HBT NO_APP_KEY",
        "HBT NO_SESSION",
        "HBT INVALID_APP_KEY",
    ),
    "test_payments::test_nothing_is_transferred_because_there_is_one_wallet": ("AANGX WALLET_TRANSFER_ERROR",),
    "test_placing_refusals::test_a_delayed_key_does_not_cancel_everything_either": ("report PERMISSION_DENIED",),
    "test_placing_refusals::test_an_order_is_refused_by_the_table": (
        "report BET_ACTION_ERROR",
        "report INVALID_ACCOUNT_STATE",
        "report INSUFFICIENT_FUNDS",
        "report MARKET_SUSPENDED",
        "report MARKET_NOT_OPEN_FOR_BETTING",
        "report INVALID_MARKET_ID",
        "report TOO_MANY_INSTRUCTIONS",
        "report INVALID_MARKET_VERSION",
        "instruction INVALID_BET_SIZE",
        "instruction INVALID_RUNNER",
        "instruction BET_TAKEN_OR_LAPSED",
        "instruction RUNNER_REMOVED",
        "instruction MARKET_NOT_OPEN_FOR_BSP_BETTING",
        "instruction INVALID_ODDS",
        "instruction INVALID_PERSISTENCE_TYPE",
        "instruction INVALID_BACK_LAY_COMBINATION",
        "instruction ERROR_IN_ORDER",
        "instruction INVALID_MIN_FILL_SIZE",
        "instruction INVALID_CUSTOMER_ORDER_REF",
        "instruction UNEXPECTED_PERSISTENCE_TYPE",
        "instruction INVALID_ORDER_TYPE",
        "instruction UNEXPECTED_MIN_FILL_SIZE",
        "instruction INVALID_CUSTOMER_STRATEGY_REF",
        "instruction INVALID_PROFIT_RATIO",
    ),
    "test_replacing::test_a_bet_that_becomes_too_expensive_is_cancelled_and_not_placed": (
        "instruction INSUFFICIENT_FUNDS",
        "instruction CANCELLED_NOT_PLACED",
    ),
    "test_replacing::test_some_may_fail_where_others_succeed": (
        "report PROCESSED_WITH_ERRORS",
        "instruction INVALID_BET_ID",
        "instruction RELATED_ACTION_FAILED",
        "instruction NO_ACTION_REQUIRED",
    ),
    "test_restricted_accounts::test_a_bet_that_could_lose_more_than_the_limit_is_to_blame": (
        "instruction LOSS_LIMIT_EXCEEDED",
    ),
    "test_restricted_accounts::test_a_spaniard_may_not_risk_more_than_was_just_lost": ("report NO_CHASING",),
    "test_restricted_accounts::test_bets_of_two_markets_are_no_order": ("report INVALID_ORDER",),
    "test_restricted_accounts::test_fifty_italian_bets_are_taken_at_a_time_and_more_are_rejected_by_the_regulator": (
        "report REJECTED_BY_REGULATOR",
    ),
    "test_restricted_accounts::test_nothing_is_placed_without_a_wallet_or_a_regulator": (
        "report INVALID_WALLET_STATUS",
        "report REGULATOR_IS_NOT_AVAILABLE",
    ),
    "test_restricted_accounts::test_who_has_lost_the_limit_may_not_bet_until_the_loss_is_older_than_the_period": (
        "report LOSS_LIMIT_EXCEEDED",
    ),
    "test_starting_price_edits::test_a_price_may_only_become_easier": ("instruction INVALID_PRICE_EDIT",),
    "test_vendor_subscriptions::test_a_token_can_be_activated_once_in_time_and_unless_it_is_cancelled": (
        "AANGX SUBSCRIPTION_EXPIRED",
    ),
    "test_vendor_subscriptions::test_what_is_refused_and_why": (
        "AANGX INVALID_INPUT_DATA",
        "AANGX INVALID_APP_KEY",
        "AANGX NO_APP_KEY",
        "AANGX INVALID_SUBSCRIPTION_TOKEN",
        "AANGX INVALID_CLIENT_REF",
        "AANGX INVALID_VENDOR_CLIENT_ID",
    ),
    "test_vendor_web_apps::test_a_vendors_token_goes_with_its_own_key_and_in_its_own_header": (
        "AANGX INVALID_SESSION_INFORMATION",
        "AANGX NO_SESSION",
    ),
    "test_vendor_web_apps::test_what_is_refused_and_why": (
        "AANGX USER_NOT_SUBSCRIBED",
        "AANGX INVALID_SECRET",
        "AANGX INVALID_AUTH_CODE",
        "AANGX INVALID_GRANT_TYPE",
    ),
}
"""The codes of which a test is the example, by the module of `tests/contract` and the name of the test."""

_NEVER_FAILS: Final = "nothing in here fails by itself: it is for faults on demand"
_NO_LIMIT: Final = "no account may set limits for market groups, so none is ever in force"
_OF_ACCOUNTS: Final = "the accounts service has the operations that it is about, and a number of its own for it"

NOT_BY_RULES: Final[Mapping[str, str]] = {
    "report ERROR_IN_MATCHER": _NEVER_FAILS,
    "report NO_ACTION_REQUIRED": "a request without instructions is INVALID_INPUT_DATA, or cancels everything",
    "report SERVICE_UNAVAILABLE": _NEVER_FAILS,
    "report EVENT_EXPOSURE_LIMIT_EXCEEDED": _NO_LIMIT,
    "report EVENT_MATCHED_EXPOSURE_LIMIT_EXCEEDED": _NO_LIMIT,
    "report EVENT_BLOCKED": _NO_LIMIT,
    "report INVALID_PROFIT_RATIO": "a single bet is to blame: the code is the instruction's",
    "instruction BET_IN_PROGRESS": _NEVER_FAILS,
    "instruction ERROR_IN_MATCHER": _NEVER_FAILS,
    "instruction INVALID_BID_TYPE": "what has no side cannot be read: INVALID_INPUT_DATA or DSC-0018",
    "instruction TIME_IN_FORCE_CONFLICT": "only orders have a time in force, and no request (definition)",
    "instruction BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE": "every account takes the best price there is",
    "ANGX UNEXPECTED_ERROR": _NEVER_FAILS,
    "ANGX SERVICE_BUSY": _NEVER_FAILS,
    "ANGX TIMEOUT_ERROR": _NEVER_FAILS,
    "ANGX APP_KEY_CREATION_FAILED": _OF_ACCOUNTS,
    "ANGX DUPLICATE_APP_NAME": _OF_ACCOUNTS,
    "ANGX APP_CREATION_FAILED": _OF_ACCOUNTS,
    "ANGX INVALID_MARKET_GROUP": _NO_LIMIT,
    "ANGX EXPOSURE_LIMIT_NOT_EXIST": _NO_LIMIT,
    "ANGX MARKET_GROUP_NOT_BLOCKED": _NO_LIMIT,
    "AANGX UNEXPECTED_ERROR": _NEVER_FAILS,
    "AANGX SERVICE_BUSY": _NEVER_FAILS,
    "AANGX TIMEOUT_ERROR": _NEVER_FAILS,
    "AANGX TOO_MANY_REQUESTS": "no limit on requests for accounts is known",
    "HBT UNEXPECTED_ERROR": _NEVER_FAILS,
    "action CANCELLATION_REQUEST_SUBMITTED": "a cancellation is done at once, and never only asked for",
    "action CANCELLATION_REQUEST_ERROR": _NEVER_FAILS,
    "action CANCELLATION_STATUS_UNKNOWN": _NEVER_FAILS,
}
"""The codes that no test brings about, and why no rule does."""
