"""The paths of our own API that are about customers' accounts: their app keys."""

from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import WORLD, operation, path_item
from simulator.specifications.control_schemas import NOTHING


def accounts() -> JsonSchema:
    """Return these paths."""
    words = {
        "activate": ("Activate an app key", "As the exchange does for a customer who has applied for a live one."),
        "deactivate": ("Deactivate an app key", "What is asked with it is refused with DSC-0034."),
    }
    return {
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
