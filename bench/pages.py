"""Hot pages of a large channel, signed in, through all middleware, against the barest page.

    python bench/pages.py --partners 10000 --lines 5000000

Two gunicorn workers answer four connections, each of which asks again as soon as it is answered.
The peer is `/healthz`, which asks the database nothing, on the same server; evidence.md's bare
prototypes are another machine's.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

from database import bench_database
from night import fill, first_night

SECONDS = 8
CONNECTIONS = 4
ROOT = Path(__file__).resolve().parents[1]


def session() -> str:
    """The cookie of a chief who is signed in."""
    from django.conf import settings
    from django.test import Client

    from accounts.models import Role, User

    user = User.objects.create_user("chief@bench.example", "x" * 20, name="C", role=Role.CHIEF)
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ask(port: int, path: str, cookie: str, until: float, times: list[float]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie, "Host": "127.0.0.1"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, f"{path} answered {answer.status}"
        times.append(time.perf_counter() - start)
    connection.close()


def load(port: int, path: str, cookie: str) -> tuple[float, float, float]:
    """Requests a second, median and 95th percentile in milliseconds."""
    ask(port, path, cookie, time.perf_counter() + 1, [])
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    threads = [
        threading.Thread(target=ask, args=(port, path, cookie, until, times))
        for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spread = statistics.quantiles(times, n=20)
    return len(times) / SECONDS, statistics.median(times) * 1000, spread[-1] * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--partners", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--customers", type=int, default=50_000)
    asked = parser.parse_args()
    with bench_database():
        fill(asked.partners, asked.lines, asked.customers)
        first_night()
        serve(f"{asked.partners:,} partners, {asked.lines:,} lines, {asked.customers:,} customers")


def serve(size: str) -> None:
    from customers.models import Customer
    from partners.models import Partner

    cookie, port = session(), free_port()
    partner = Partner.objects.order_by("pk")[20]
    customer = Customer.objects.order_by("pk")[20]
    one = f"/partners/{partner.public_id}/"
    paths = {
        "bare page (/healthz)": "/healthz",
        "partner list, 25 rows": "/partners/",
        "partner list, searched": "/partners/?q=partner+77",
        "partner page": one,
        "home of the chief": "/",
        "alerts, 25 rows": "/alerts/",
        "alerts, archived": "/alerts/?state=archived",
        "sales lines of a partner": f"{one}lines/",
        "people of a partner": f"{one}people/",
        "customers, 25 rows": "/customers/",
        "customers, searched": "/customers/?q=customer+77",
        "customer page": f"/customers/{customer.public_id}/",
        "actions": "/actions/",
        "feeds": "/feeds/",
    }
    argv = [sys.executable, "-m", "gunicorn", "--config", "python:channelhub.gunicorn",
            "--access-logfile", os.devnull, "channelhub.wsgi:application"]  # fmt: skip
    server = subprocess.Popen(
        argv,
        cwd=ROOT,
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait(port)
        print(f"{size}; 2 workers, {CONNECTIONS} connections, {SECONDS} s each")
        print(f"{'page':<28}{'req/s':>8}{'median ms':>11}{'p95 ms':>9}{'of bare':>9}")
        bare = 0.0
        for name, path in paths.items():
            rate, middle, slow = load(port, path, cookie)
            bare = bare or rate
            print(f"{name:<28}{rate:8.0f}{middle:11.1f}{slow:9.1f}{rate / bare:9.3f}")
    finally:
        server.terminate()
        server.wait(20)


def wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
