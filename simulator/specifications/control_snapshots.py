"""The paths of our own API that are about snapshots."""

from typing import Final

from simulator.control.beginnings import MOST_SNAPSHOT_BYTES
from simulator.control.kept_snapshots import MOST_KEPT, MOST_KEPT_BYTES, NAME
from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import WORLD, operation, path_item
from simulator.specifications.control_schemas import only, reference
from simulator.specifications.examples import KEPT_SNAPSHOT

_MEBIBYTE: Final = 1024 * 1024
SNAPSHOT_OR_NAME: Final[JsonSchema] = {"anyOf": [{"type": "string", "pattern": NAME}, reference("SnapshotDocument")]}
"""A snapshot, or the name under which one is kept."""

_KEEP: Final[JsonSchema] = {
    "name": "name",
    "in": "query",
    "description": "The name under which the server is to keep it, instead of what it kept under it.",
    "schema": {"type": "string", "pattern": NAME},
    "example": KEPT_SNAPSHOT,
}


def snapshots() -> JsonSchema:
    """Return the paths."""
    return {
        f"{WORLD}/snapshot": _taking(),
        f"{WORLD}/snapshots": _of_world(),
        f"{WORLD}/restore": _restoring(),
        **_kept(),
    }


def _taking() -> JsonSchema:
    take = operation(
        "takeSnapshot",
        "snapshots",
        (
            "Take a snapshot",
            (
                f"The whole world as it is now, with its credentials. A server keeps {MOST_KEPT} under names, of "
                f"{MOST_KEPT_BYTES // _MEBIBYTE} MiB together, until it ends."
            ),
        ),
        "SnapshotDocument",
        refusals=(400, 404, 409),
    )
    return path_item("world", get={**take, "parameters": [_KEEP]})


def _of_world() -> JsonSchema:
    words = ("List the snapshots of a world", "Those that are kept, in the order in which they were.")
    return path_item(
        "world",
        get=operation("listSnapshotsOfWorld", "snapshots", words, "KeptSnapshotsDocument", refusals=(404,)),
    )


def _restoring() -> JsonSchema:
    return path_item(
        "world",
        post=operation(
            "restoreWorld",
            "snapshots",
            (
                "Go back to a snapshot",
                (
                    "To one of this world: its sessions are there again, those of now end, and the clock goes on from "
                    f"then. A document may be {MOST_SNAPSHOT_BYTES // _MEBIBYTE} MiB long."
                ),
            ),
            "WorldDocument",
            body=only("snapshot", SNAPSHOT_OR_NAME),
            body_required=True,
            refusals=(404, 409),
            examples={"kept": {"snapshot": KEPT_SNAPSHOT}},
        ),
    )


def _kept() -> JsonSchema:
    root = "/control/v1/snapshots"
    return {
        root: path_item(
            get=operation(
                "listSnapshots",
                "snapshots",
                ("List all snapshots", "Those that are kept, of whatever world, in the order in which they were."),
                "KeptSnapshotsDocument",
            )
        ),
        f"{root}/{{name}}": path_item(
            "name",
            get=operation(
                "readSnapshot",
                "snapshots",
                ("Read a snapshot", "One that is kept."),
                "SnapshotDocument",
                refusals=(404,),
            ),
            delete=operation(
                "letGoOfSnapshot",
                "snapshots",
                ("Let go of a snapshot", "It is kept no longer."),
                None,
                status=204,
                refusals=(404,),
            ),
        ),
    }
