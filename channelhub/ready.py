"""Whether the site is ready; as a program, the health check of its container."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit


def is_ready(port: int, host: str = "127.0.0.1") -> bool:
    """Whether /readyz says so; `host` is a name that the site answers to."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    name = urlsplit(os.environ["SITE_URL"]).hostname or "127.0.0.1"
    sys.exit(0 if is_ready(int(os.environ["WEB_BIND"].rpartition(":")[2]), name) else 1)
