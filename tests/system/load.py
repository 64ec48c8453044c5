"""Publishes small messages to a server as fast as it takes them, until it is ended: python3 load.py ADDRESS"""

import socket
import sys

MESSAGE = b"PUB load 16\r\n0123456789abcdef\r\n" * 5000


def main():
    """What the server says is not read: it asks for an answer more seldom than a test lasts."""
    with socket.create_connection((sys.argv[1], 4222)) as connection:
        connection.sendall(b'CONNECT {"verbose":false,"pedantic":false,"lang":"python","version":"0"}\r\n')
        while True:
            connection.sendall(MESSAGE)


main()
