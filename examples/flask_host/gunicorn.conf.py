"""For gunicorn, which forks its workers."""

workers = 2  # processes, each with an office of its own on the same file
worker_class = "gthread"
threads = 32  # a request holds one while it waits for its commit; the more wait together, the more share one
graceful_timeout = 30
preload_app = True  # the application is imported before the fork; its office is opened after it


def post_worker_init(worker):
    """In the worker, after the fork: so that the first request does not wait for the opening, and a bad file is told now."""
    from app import house

    house.open()


def worker_exit(server, worker):
    """In the worker, when its requests are answered."""
    from app import house

    house.close()
