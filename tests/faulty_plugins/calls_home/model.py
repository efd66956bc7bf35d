"""A plugin that connects to a server in every way that it knows."""

import socket
import subprocess
import sys

from imagetool.plugin import CannotRun, Inpainter


def attempt(action):
    try:
        action()
        return "done"
    except Exception as error:
        return type(error).__name__


def udp(port):
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", ("127.0.0.1", port))


def local(kind, path):
    with socket.socket(socket.AF_UNIX, kind) as sender:
        sender.connect(path)


def pair(path):
    sender, _ = socket.socketpair(type=socket.SOCK_DGRAM)
    sender.sendto(b"hello", path)


def child(port):
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}))"
    subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True)


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        port, path = int(params["port"]), params["path"]
        tries = {
            "tcp": lambda: socket.create_connection(("127.0.0.1", port)).close(),
            "udp": lambda: udp(port),
            "child": lambda: child(port),
            "local": lambda: local(socket.SOCK_STREAM, path),
            "datagram": lambda: local(socket.SOCK_DGRAM, path + ".d"),
            "pair": lambda: pair(path + ".d"),
            "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
            "raw": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
            "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        }
        raise CannotRun(", ".join(f"{name}: {attempt(action)}" for name, action in tries.items()))
