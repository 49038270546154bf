"""The back end of the benchmarks: an nginx that serves files of 1 KiB, 10 KiB and 1 MiB, and the first one for every
path below /tree."""
import os
import socket

from sallyport import Process, free_port, wait_until


def nginx(directory, name, conf):
    path = directory / name
    path.mkdir()
    (path / "logs").mkdir()
    (path / "nginx.conf").write_text(conf)
    return Process(["nginx", "-p", path, "-c", path / "nginx.conf", "-g", "daemon off;"], path / "out")


def start_back_end(directory):
    port = free_port()
    files = directory / "files"
    files.mkdir()
    for name, size in (("1k", 1024), ("10k", 10240), ("1m", 1 << 20)):
        (files / name).write_bytes(os.urandom(size))
    process = nginx(directory, "back_end", f"""
        worker_processes 1; pid logs/pid; error_log logs/error;
        events {{ worker_connections 8192; }}
        http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 900s; sendfile on; open_file_cache max=100;
          server {{ listen 127.0.0.1:{port} backlog=4096; root {files};
            location /tree/ {{ rewrite ^ /1k break; }} }} }}""")
    wait_listening(port)
    return process, port


def wait_listening(port):
    def connects():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    wait_until(connects, f"port {port} listens")
