"""`python -m imports.parsing describe|stream`: the request as JSON on standard input.

Exits with 3 where the file cannot be read, and the reason as the last line of standard error.
"""

import csv
import json
import resource
import sys

from imports.parsing.table import Request, describe, stream
from imports.problems import Unreadable

UNREADABLE = 3
LONGEST_CELL = 1_000_000
# A pipe holds this much with nobody reading at its other end.
LONGEST_REASON = 2_000


def main() -> int:
    """Do one job and end."""
    asked = json.loads(sys.stdin.readline())
    memory, seconds = asked.pop("memory"), asked.pop("seconds")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    csv.field_size_limit(LONGEST_CELL)
    try:
        _work(sys.argv[1], Request(**asked))
    except Unreadable as problem:
        sys.stderr.write(f"{' '.join(str(problem).split())[:LONGEST_REASON]}\n")
        return UNREADABLE
    return 0


def _work(job: str, request: Request) -> None:
    if job == "describe":
        sys.stdout.write(json.dumps(describe(request)))
        return
    for batch in stream(request):
        sys.stdout.buffer.write(batch)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
