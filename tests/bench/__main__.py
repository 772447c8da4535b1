"""`make bench`: one JSON object of all figures; each part is measured in a process of its own.

Exit code 1 where a part failed: its name and last words stand under "errors", the other figures are there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

PARTS: Final = ("snmp", "agent", "uplink", "ingest", "metrics", "imports", "register")
LONGEST_S: Final = 900
ONE: Final = "import json, sys; from tests.bench import {part}; json.dump({part}.measure(), sys.stdout)"


def measured(part: str) -> tuple[dict[str, float], str]:
    """(figures, what went wrong)."""
    command = [sys.executable, "-c", ONE.format(part=part)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        return {}, f"not ready within {LONGEST_S} s"
    if done.returncode:
        return {}, (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    try:
        found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError) as error:
        return {}, f"no JSON object on its last line: {error}"
    return found, ""


def main(wanted: list[str]) -> int:
    """All parts that are there, or those named."""
    here = Path(__file__).parent
    figures: dict[str, object] = {"cores": os.cpu_count() or 0}
    errors = {}
    for part in wanted or [part for part in PARTS if (here / f"{part}.py").exists()]:
        print(f"bench: {part}", file=sys.stderr, flush=True)
        found, wrong = measured(part)
        figures |= found
        if wrong:
            errors[part] = wrong
    if errors:
        figures["errors"] = errors
    print(json.dumps(figures, indent=1))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
