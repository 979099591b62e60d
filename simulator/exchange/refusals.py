"""Why the exchange says no: the reasons, and the error that carries them out of a refused command."""

from enum import StrEnum


class Reason(StrEnum):
    """Names of refusals, those of the exchange's own execution and instruction error codes.

    Source: the interface definition's `ExecutionReportErrorCode` and `InstructionReportErrorCode`, and for
    INVALID_PROFIT_RATIO what the exchange has published since.
    """

    BET_ACTION_ERROR = "BET_ACTION_ERROR"
    BET_TAKEN_OR_LAPSED = "BET_TAKEN_OR_LAPSED"
    CANCELLED_NOT_PLACED = "CANCELLED_NOT_PLACED"
    DUPLICATE_BETIDS = "DUPLICATE_BETIDS"
    DUPLICATE_TRANSACTION = "DUPLICATE_TRANSACTION"
    ERROR_IN_ORDER = "ERROR_IN_ORDER"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    INVALID_ACCOUNT_STATE = "INVALID_ACCOUNT_STATE"
    INVALID_BACK_LAY_COMBINATION = "INVALID_BACK_LAY_COMBINATION"
    INVALID_BET_ID = "INVALID_BET_ID"
    INVALID_BET_SIZE = "INVALID_BET_SIZE"
    INVALID_CUSTOMER_ORDER_REF = "INVALID_CUSTOMER_ORDER_REF"
    INVALID_CUSTOMER_STRATEGY_REF = "INVALID_CUSTOMER_STRATEGY_REF"
    INVALID_MARKET_ID = "INVALID_MARKET_ID"
    INVALID_MARKET_VERSION = "INVALID_MARKET_VERSION"
    INVALID_MIN_FILL_SIZE = "INVALID_MIN_FILL_SIZE"
    INVALID_ODDS = "INVALID_ODDS"
    INVALID_ORDER = "INVALID_ORDER"
    INVALID_ORDER_TYPE = "INVALID_ORDER_TYPE"
    INVALID_PERSISTENCE_TYPE = "INVALID_PERSISTENCE_TYPE"
    INVALID_PRICE_EDIT = "INVALID_PRICE_EDIT"
    INVALID_PROFIT_RATIO = "INVALID_PROFIT_RATIO"
    INVALID_RUNNER = "INVALID_RUNNER"
    INVALID_WALLET_STATUS = "INVALID_WALLET_STATUS"
    LOSS_LIMIT_EXCEEDED = "LOSS_LIMIT_EXCEEDED"
    MARKET_NOT_OPEN_FOR_BETTING = "MARKET_NOT_OPEN_FOR_BETTING"
    MARKET_NOT_OPEN_FOR_BSP_BETTING = "MARKET_NOT_OPEN_FOR_BSP_BETTING"
    MARKET_SUSPENDED = "MARKET_SUSPENDED"
    NO_ACTION_REQUIRED = "NO_ACTION_REQUIRED"
    NO_CHASING = "NO_CHASING"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    REGULATOR_IS_NOT_AVAILABLE = "REGULATOR_IS_NOT_AVAILABLE"
    REJECTED_BY_REGULATOR = "REJECTED_BY_REGULATOR"
    RELATED_ACTION_FAILED = "RELATED_ACTION_FAILED"
    RUNNER_REMOVED = "RUNNER_REMOVED"
    TOO_MANY_INSTRUCTIONS = "TOO_MANY_INSTRUCTIONS"
    UNEXPECTED_MIN_FILL_SIZE = "UNEXPECTED_MIN_FILL_SIZE"
    UNEXPECTED_PERSISTENCE_TYPE = "UNEXPECTED_PERSISTENCE_TYPE"


class Refused(Exception):
    """A command was refused whole and changed nothing.

    `reason` is the refusal of the request; `instruction_reasons` has one entry an instruction where instructions are
    to blame (the innocent ones carry `ERROR_IN_ORDER`) or where each is told the reason too, and is empty otherwise.
    `detail` is a sentence for the tester.
    """

    def __init__(self, reason: Reason, detail: str, instruction_reasons: tuple[Reason, ...] = ()) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.instruction_reasons = instruction_reasons


class Impossible(Exception):
    """An operator's command that makes no sense in the market's present state; it changed nothing.

    Raised for what the exchange's operator asks (suspend, settle, ...), never for a customer's bet.
    """
