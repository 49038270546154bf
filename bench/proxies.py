"""The proxies of the benchmarks, each a fair counterpart of the others: TLS 1.3 and 1.2 with one ECDSA P-256 certificate,
HTTP/1.1 and HTTP/2, an access log, session tickets, kept connections to the same back end, two workers."""
import itertools
import os
import pathlib
import re
import shutil
import subprocess

from back_end import nginx, start_back_end, wait_listening
from sallyport import PASSWORD, TOP, Instance, Process, free_port

TICKS = os.sysconf("SC_CLK_TCK")
PROGRAMS = {"nginx": "nginx", "haproxy": "haproxy", "apache": "apache2"}  # proxy: program
# What idle connections may wait; longer than any measurement takes.
PATIENCE = 900
SALLYPORT_CONF = f"""
[session]
inactive-timeout = 0
timeout = 0
max-entries = {{sessions}}

[login-limits]
user-address-max-failures = 0
user-max-failures = 0
address-max-failures = 0

[server]
max-connections-per-address = 0
persistent-con-timeout = {PATIENCE}
connection-request-limit = 0
worker-threads = {{workers}}

[junction]
max-cached-persistent-connections = 64
"""
# Clients can be asked for a certificate after the handshake.
LATE_CONF = """
[certificate]
accept-client-certs = prompt_as_needed
client-ca-file = {ca}
"""


def family(pid):
    """The process and all below it."""
    wanted, found = {pid}, set()
    while wanted:
        pid = wanted.pop()
        found.add(pid)
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            wanted |= {int(p) for p in (task / "children").read_text().split()} - found
    return found


def cpu_seconds(process):
    """User and system time of a process and all below it."""
    total = 0
    for pid in family(process.popen.pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


class Proxy:
    """`prefix`: before each path; `headers`: what a request of a user who is logged in carries, and nothing for plain
    proxies."""

    def __init__(self, name, process, port, prefix="", headers=(), instance=None):
        self.name, self.process, self.port, self.prefix = name, process, port, prefix
        self.headers, self.instance = list(headers), instance

    def cpu_seconds(self):
        return cpu_seconds(self.process)

    def memory_kib(self):
        """Pages that several processes share count once."""
        text = "".join(pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in family(self.process.popen.pid))
        return sum(int(n) for n in re.findall(r"^Pss: *(\d+) kB", text, re.M))

    def url(self, path):
        return f"https://127.0.0.1:{self.port}{self.prefix}{path}"

    def stop(self):
        self.process.stop()


class House:
    """Where the servers of one run live. Ends them all at the end of its block."""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        self.dir.chmod(0o755)  # workers of nginx and Apache are other users
        self.numbers = itertools.count()
        self.running = []

    def __enter__(self):
        self.certificates = Instance(self.new_dir("certificates")).dir
        self.certificates.chmod(0o755)
        process, self.back_end = start_back_end(self.dir)
        self.running.append(process)
        return self

    def __exit__(self, *_):
        for server in reversed(self.running):
            server.stop()

    def new_dir(self, name):
        return self.dir / f"{name}-{next(self.numbers)}"

    def keep(self, server):
        self.running.append(server)
        return server

    def end(self, server):
        self.running.remove(server)
        server.stop()

    def start(self, name, **options):
        kind, _, variant = name.partition("-")
        makers = {"nginx": start_nginx, "haproxy": start_haproxy, "sallyport": start_sallyport}
        if name == "sallyport-late":
            options["extra"] = LATE_CONF.format(ca=self.certificates / "ca.pem")
        if kind == "apache":
            from apache import start_apache
            return self.keep(start_apache(self, name, variant, **options))
        return self.keep(makers[kind](self, **options))


def start_nginx(house, workers=2):
    port, directory = free_port(), house.new_dir("nginx")
    process = nginx(directory.parent, directory.name, f"""
        worker_processes {workers}; worker_rlimit_nofile 20000; pid logs/pid; error_log logs/error;
        events {{ worker_connections 16384; }}
        http {{ access_log logs/access combined buffer=32k flush=1s;
          keepalive_requests 1000000000; keepalive_timeout {PATIENCE}s;
          upstream back {{ server 127.0.0.1:{house.back_end}; keepalive 64; keepalive_requests 1000000000; }}
          server {{ listen 127.0.0.1:{port} ssl http2 reuseport backlog=4096;
            ssl_certificate {house.certificates}/server.pem; ssl_certificate_key {house.certificates}/server.key;
            ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets on;
            location / {{ proxy_pass http://back; proxy_http_version 1.1; proxy_set_header Connection "";
              proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Host $host; }} }} }}""")
    wait_listening(port)
    return Proxy("nginx", process, port)


def start_haproxy(house, workers=2):
    port, directory = free_port(), house.new_dir("haproxy")
    directory.mkdir()
    pair = directory / "pair.pem"
    pair.write_text((house.certificates / "server.pem").read_text() + (house.certificates / "server.key").read_text())
    conf = directory / "haproxy.cfg"
    # Its log goes to its standard output, here a file; tickets are on unless no-tls-tickets is said.
    conf.write_text(f"""
global
  nbthread {workers}
  maxconn 16000
  no strict-limits
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout connect 5s
  timeout client {PATIENCE}s
  timeout http-keep-alive {PATIENCE}s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend in
  bind 127.0.0.1:{port} ssl crt {pair} alpn h2,http/1.1 backlog 4096
  default_backend out
backend out
  server one 127.0.0.1:{house.back_end}
""")
    process = Process(["haproxy", "-db", "-f", conf], directory / "log")
    wait_listening(port)
    return Proxy("haproxy", process, port)


def new_instance(house, workers=2, sessions=50000, extra="", make=Instance, **options):
    """An instance of Sallyport that is not started yet."""
    directory = house.new_dir("sallyport")
    directory.mkdir()
    for name in ("ca.pem", "ca.key", "server.pem", "server.key"):
        shutil.copy(house.certificates / name, directory)
    return make(directory, extra=SALLYPORT_CONF.format(workers=workers, sessions=sessions) + extra, **options)


def set_up(house, instance):
    """The demo's policy and users, and the junction to the back end, with identity headers."""
    instance.admin_lines((TOP / "etc/demo/setup").read_text())
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", house.back_end, "-c",
                   "iv_user,iv_groups", "-r", "/app")


def logged_in(instance, user="alice", password=PASSWORD):
    browser = instance.browser()
    browser.login(user, password)
    return "Cookie: " + "; ".join(f"{k}={v}" for k, v in browser.cookies.items())


def start_sallyport(house, workers=2, extra=""):
    instance = new_instance(house, workers, extra=extra)
    instance.start()
    set_up(house, instance)
    return Proxy("sallyport", instance.process, instance.port, "/app", [logged_in(instance)], instance)


def versions(names):
    """What is compared, a line each."""
    commands = {"nginx": ["nginx", "-v"], "haproxy": ["haproxy", "-v"], "apache": ["apache2", "-v"]}
    lines = []
    for kind in dict.fromkeys(name.partition("-")[0] for name in names):
        if kind in commands:
            result = subprocess.run(commands[kind], capture_output=True, text=True, check=True)
            lines.append((result.stdout + result.stderr).splitlines()[0])
    return lines
