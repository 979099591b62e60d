"""What the README tells people to do works."""

import re
import subprocess
import sys
from pathlib import Path

from tests.serving import PATIENCE_SECONDS, WITH_TLS, Served, let_read_documents, serving

README = Path(__file__).parents[2] / "README.md"
CHECKS = README.parent / ".ci" / "run"
ADDRESS = "http://127.0.0.1:8000"
SECURE_ADDRESS = "https://127.0.0.1:8443"


def programs() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_bot_in_the_readme_gets_a_bet_matched(served: Served, tmp_path: Path) -> None:
    """Its fifteen lines, as they are but for the port, against the demo that `betsim serve` begins with."""
    bot, _ = programs()
    assert ADDRESS in bot
    assert len(bot.splitlines()) <= 15
    program = tmp_path / "bot.py"
    program.write_text(bot.replace(ADDRESS, served.url), encoding="utf-8")

    result = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )

    assert result.returncode == 0, result.stderr
    assert re.fullmatch(r"SUCCESS 2\.0 matched at \d+\.\d+\n", result.stdout)


def test_the_lines_on_certificates_in_the_readme_log_a_bot_in(tmp_path: Path) -> None:
    _, lines = programs()
    assert SECURE_ADDRESS in lines
    folder = tmp_path / "certificates"
    with serving(*WITH_TLS, "--tls-folder", str(folder)) as served:
        let_read_documents(served)
        program = f"{lines.replace(SECURE_ADDRESS, served.https_url)}\nassert bot.session_token"
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, timeout=PATIENCE_SECONDS, check=True)


def test_the_commands_of_the_readme_and_the_checks_install_the_same_versions() -> None:
    """Both commands of the README take the versions that are known to work, and so does what runs before a change."""
    installing = re.findall(
        r"^    .* && \.venv/bin/pip install (.*?) && ", README.read_text(encoding="utf-8"), re.MULTILINE
    )

    assert installing == ["-q -c constraints.txt .", "-q -c constraints.txt -e '.[test]'"]
    assert "pip install --quiet --constraint constraints.txt --editable '.[test]'" in CHECKS.read_text(encoding="utf-8")
