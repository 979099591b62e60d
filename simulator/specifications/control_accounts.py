"""The paths of our own API that are about customers' accounts: their money, their app keys and how they may log in."""

from typing import Final

from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import WORLD, operation, path_item
from simulator.specifications.control_schemas import NOTHING, content_of, reference
from simulator.world.format.scenario import Payment

_PAYMENTS: Final = {
    "deposits": (
        "deposit",
        ("Pay money in", "As much as the smallest deposit of the account's currency at least; 10 pounds, for one."),
    ),
    "withdrawals": ("withdraw", ("Take money out", "As much as is available to bet with at most.")),
}


def accounts() -> JsonSchema:
    """Return these paths."""
    words = {
        "activate": ("Activate an app key", "As the exchange does for a customer who has applied for a live one."),
        "deactivate": ("Deactivate an app key", "What is asked with it is refused with DSC-0034."),
    }
    return {
        **{
            f"{WORLD}/accounts/{{username}}/{ending}": path_item(
                "world",
                "username",
                post=operation(
                    operation_id,
                    "accounts",
                    said,
                    "PaymentDocument",
                    body=content_of(Payment),
                    body_required=True,
                    status=201,
                    refusals=(404, 409),
                    examples={"pounds": {"amount": 25.5}},
                ),
            )
            for ending, (operation_id, said) in _PAYMENTS.items()
        },
        f"{WORLD}/accounts/{{username}}/login": path_item(
            "world",
            "username",
            get=operation(
                "readLogin",
                "accounts",
                ("Read how a customer may log in", "The status, the certificates, and the code of the second step."),
                "LoginDocument",
                refusals=(404,),
            ),
            post=operation(
                "changeLogin",
                "accounts",
                (
                    "Change how a customer may log in",
                    "What is not said stays as it is, and sessions go on. A status frees an account that is locked.",
                ),
                "LoginDocument",
                body=reference("LoginChange"),
                refusals=(404,),
                examples={
                    "suspend": {"status": "SUSPENDED"},
                    "certificate": {"certificates": ["ab" * 32]},
                    "code": {"twoStepCode": "123456"},
                },
            ),
        ),
        f"{WORLD}/accounts/{{username}}/standing": path_item(
            "world",
            "username",
            get=operation(
                "readStanding",
                "accounts",
                ("Read how a customer stands", "What may keep the customer from betting: losses, wallet, regulator."),
                "StandingDocument",
                refusals=(404,),
            ),
            post=operation(
                "changeStanding",
                "accounts",
                ("Change how a customer stands", "What is not said stays as it is; a loss limit of null is none."),
                "StandingDocument",
                body=reference("StandingEntry"),
                refusals=(404,),
                examples={
                    "limit": {"lossLimit": 250, "lossLimitPeriod": "PT24H"},
                    "wallet": {"walletStatus": "SUSPENDED"},
                    "regulator": {"regulatorAvailable": False},
                },
            ),
        ),
        f"{WORLD}/app-keys": path_item(
            "world",
            get=operation(
                "listAppKeys",
                "accounts",
                ("List the app keys", "Of all customers, those that were created since the beginning too."),
                "AppKeysDocument",
                refusals=(404,),
            ),
        ),
        **{
            f"{WORLD}/app-keys/{{key}}/{verb}": path_item(
                "world",
                "key",
                post=operation(f"{verb}AppKey", "accounts", said, "AppKeyDocument", body=NOTHING, refusals=(404,)),
            )
            for verb, said in words.items()
        },
    }
