"""How gunicorn serves the site, on a laptop and in a container alike."""

from channelhub.lib import env

bind = env.text("WEB_BIND", f"127.0.0.1:{env.integer('PORT', default=8000)}")
workers = env.integer("WEB_CONCURRENCY", default=2)
threads = 4
# One import for all workers: a start takes half as long, and they share the memory.
preload_app = True
timeout = 60
graceful_timeout = 5
accesslog = "-"
# Nobody talks to it, and in a deep folder its path is longer than a socket's may be.
control_socket_disable = True
