"""What it costs to hold much: idle connections, sessions, protected objects."""
import base64
import hashlib
import os
import re
import select
import socket
import ssl
import subprocess
import time

import proxies
from back_end import wait_listening
from h2client import END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, frame, literal
from proxies import Proxy, new_instance, set_up
from sallyport import BUILD, PASSWORD, TOP

PER_ADDRESS = 20000  # connections from one source address: it has about 28000 ports
GROUPS = 20
USERS = 1000
FEW = 100

# wrk: keeps the cookie of each answer.
COLLECT_LUA = """
local out = io.open(os.getenv("COOKIES"), "a")
local users, number = {}, 0
for line in io.lines(os.getenv("USERS")) do users[#users + 1] = line end
request = function()
  number = number % #users + 1
  return wrk.format("GET", nil, {["Authorization"] = users[number]})
end
response = function(status, headers)
  for name, value in pairs(headers) do
    if name:lower() == "set-cookie" then out:write(value:match("^[^;]*"), "\\n") end
  end
end
done = function() end
"""
# wrk: each request with another cookie, or to another path, taken at random.
COOKIES_LUA = """
local cookies = {}
for line in io.lines(os.getenv("COOKIES")) do cookies[#cookies + 1] = line end
math.randomseed(42)
request = function() return wrk.format("GET", nil, {["Cookie"] = cookies[math.random(#cookies)]}) end
"""
PATHS_LUA = """
local count = tonumber(os.getenv("OBJECTS"))
math.randomseed(42)
request = function()
  local n = math.random(0, count - 1)
  return wrk.format("GET", string.format("%s/d%d/o%d", wrk.path, n % 1000, n))
end
"""


def object_path(number):
    return f"/d{number % 1000}/o{number}"


def connect(port, number, protocol):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    source = (f"127.0.0.{1 + number // PER_ADDRESS}", 0)
    link = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 30, source_address=source))
    if protocol == "h2" and link.selected_alpn_protocol() != "h2":
        raise SystemExit(f"port {port} does not speak HTTP/2")
    return link


def ask_http_1(link, proxy, length):
    head = [f"GET {proxy.prefix}/1k HTTP/1.1", f"Host: localhost:{proxy.port}", *proxy.headers]
    link.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
    received = b""
    while b"\r\n\r\n" not in received or len(received.split(b"\r\n\r\n", 1)[1]) < length:
        piece = link.recv(65536)
        if not piece:
            raise SystemExit(f"{proxy.name}: an answer is cut short: {received[:300]}")
        received += piece
    if not received.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{proxy.name}: a wrong answer: {received[:300]}")


def ask_http_2(link, proxy, length):
    fields = [(":method", "GET"), (":scheme", "https"), (":authority", f"localhost:{proxy.port}"),
              (":path", f"{proxy.prefix}/1k")]
    fields += [(name.lower(), value) for name, value in (h.split(": ", 1) for h in proxy.headers)]
    link.sendall(PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS | END_STREAM, 1, literal(fields)))
    received, body = b"", 0
    while True:
        while len(received) >= 9 and len(received) >= 9 + int.from_bytes(received[:3], "big"):
            size, kind, flags = int.from_bytes(received[:3], "big"), received[3], received[4]
            stream = int.from_bytes(received[5:9], "big")
            received = received[9 + size:]
            if kind == SETTINGS and not flags & 1:
                link.sendall(frame(SETTINGS, 1))
            if stream == 1:
                body += size if kind == 0 else 0
                if flags & END_STREAM:
                    if body != length:
                        raise SystemExit(f"{proxy.name}: a wrong answer: a body of {body} bytes")
                    return
        piece = link.recv(65536)
        if not piece:
            raise SystemExit(f"{proxy.name}: an answer is cut short")
        received += piece


def idle_connections(house, name, count, protocol):
    """KiB of memory for each of so many idle connections that each had one request; those of the kernel do not count."""
    proxy = house.start(name)
    ask = ask_http_2 if protocol == "h2" else ask_http_1
    links = []
    try:
        for number in range(200 + count):
            if number == 200:
                before = proxy.memory_kib()  # what is allocated once is allocated by now
            links.append(connect(proxy.port, number, protocol))
            ask(links[-1], proxy, 1024)
        after = proxy.memory_kib()
        poll = select.poll()
        for link in links:
            poll.register(link, select.POLLRDHUP | select.POLLHUP)
        gone = len(poll.poll(0))
        if gone:
            raise SystemExit(f"{name}: {gone} of {len(links)} idle connections were closed meanwhile")
    finally:
        for link in links:
            link.close()
        house.end(proxy)
    return {"KiB": (after - before) / count}


def session_entry(count):
    """Bytes for each session of a user with 20 groups, no two of one user, and nanoseconds to find one."""
    out = subprocess.run([BUILD / "bench/session_memory", str(count)], capture_output=True, text=True,
                         check=True).stdout
    return {"bytes": int(re.search(r"(\d+) bytes each", out).group(1)),
            "find": float(re.search(r"(\d+) ns to find one", out).group(1))}


def registry(users):
    """LDIF with so many users, each in 20 groups, whose password is cheap to check."""
    salt = b"benchsalt"
    stored = base64.b64encode(hashlib.sha1(PASSWORD.encode() + salt).digest() + salt).decode()
    names = [f"uid=user{n},ou=people,dc=example,dc=com" for n in range(users)]
    entries = [f"dn: {dn}\nobjectClass: inetOrgPerson\nuid: user{n}\ncn: User {n}\nsn: User\n"
               f"userPassword: {{SSHA}}{stored}\n" for n, dn in enumerate(names)]
    entries += [f"dn: cn=department-{g},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\n"
                f"cn: department-{g}\n" + "".join(f"member: {dn}\n" for dn in names) for g in range(GROUPS)]
    return "\n".join(entries)


def many_sessions(house, loads, count):
    """A request's cost with few sessions and with very many in the running daemon, each request another session's; the
    users are logged in by basic authentication."""
    instance = new_instance(house, sessions=count + count // 4 + 100000, registry=True)
    (instance.dir / "registry.ldif").write_text(registry(USERS))
    (instance.dir / "registry.ldif").chmod(0o600)
    instance.start()
    set_up(house, instance)
    proxy = house.keep(Proxy("sallyport", instance.process, instance.port, "/app", instance=instance))
    (instance.dir / "users").write_text("".join(
        "Basic " + base64.b64encode(f"user{n}:{PASSWORD}".encode()).decode() + "\n" for n in range(USERS)))
    scripts = {}
    for name, text in (("collect", COLLECT_LUA), ("cookies", COOKIES_LUA)):
        scripts[name] = instance.dir / f"{name}.lua"
        scripts[name].write_text(text)
    few, all_cookies = instance.dir / "few", instance.dir / "cookies"
    users = str(instance.dir / "users")

    def collect(target):
        """As wrk does in the time given; it does not stop at a number."""
        loads.keep_alive(proxy, "/1k", 16, scripts["collect"], COOKIES=str(target), USERS=users)
        return sum(1 for _ in target.open())

    got = collect(all_cookies)
    with all_cookies.open() as lines, few.open("w") as out:
        out.writelines(line for _, line in zip(range(FEW), lines))
    with_few = loads.keep_alive(proxy, "/1k", 32, scripts["cookies"], COOKIES=str(few))
    before, first = proxy.memory_kib(), got
    while got < count:
        got = collect(all_cookies)
    after = proxy.memory_kib()
    with_many = loads.keep_alive(proxy, "/1k", 32, scripts["cookies"], COOKIES=str(all_cookies))
    house.end(proxy)
    return {"sessions": got, "bytes": (after - before) * 1024 / max(got - first, 1), "cost of few": with_few["cost"],
            "cost of many": with_many["cost"], "ratio": with_many["cost"] / with_few["cost"]}


def with_objects(house, count):
    """An instance that has an ACL attached to each of so many objects; how long it took to start."""
    instance = new_instance(house)
    instance.start()
    set_up(house, instance)
    instance.stop()
    policy = instance.dir / "policy.xml"
    attached = "".join(f'<attach object="/WebSEAL/localhost-default/app/tree{object_path(n)}" acl="demo-users"/>\n'
                       for n in range(count))
    text = policy.read_text()
    end = text.rindex("</")
    policy.write_text(text[:end] + attached + text[end:])
    began = time.monotonic()
    instance.start()
    took = time.monotonic() - began
    proxy = Proxy("sallyport", instance.process, instance.port, "/app", [proxies.logged_in(instance)], instance)
    return house.keep(proxy), took


def many_objects(house, loads, count):
    """A request's cost with a policy that has few objects and with one that has very many, each request another
    object's; memory and time to start."""
    script = house.dir / "paths.lua"
    script.write_text(PATHS_LUA)
    few, start_few = with_objects(house, FEW)
    many, start_many = with_objects(house, count)
    memory = (many.memory_kib() - few.memory_kib()) * 1024 / (count - FEW)
    costs = {}
    for name, proxy, objects in (("few", few, FEW), ("many", many, count)):
        costs[name] = loads.keep_alive(proxy, "/tree", 32, script, OBJECTS=str(objects))["cost"]
    house.end(few)
    house.end(many)
    return {"bytes": memory, "seconds to load": start_many - start_few, "cost of few": costs["few"],
            "cost of many": costs["many"], "ratio": costs["many"] / costs["few"]}
