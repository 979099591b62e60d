"""Write the generated parts of the documents in `specs`: `python -m simulator.specifications`, in a checkout."""

import sys
from pathlib import Path

from simulator.specifications.documents import generated_documents

FOLDER = Path(__file__).parents[2] / "specs"


def main() -> int:
    """Write every document that is generated, and name those that have changed."""
    if not FOLDER.is_dir():
        sys.stderr.write(f"There is no folder {FOLDER}: documents are written into a checkout.\n")
        return 1
    for name, text in generated_documents().items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
