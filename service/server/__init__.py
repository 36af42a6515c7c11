"""The server process: gunicorn, its worker, and connections whose requests come late or never."""
