"""Header fields between client and back end (attack cases B): only Sallyport says who somebody is, nobody plants or sees
its cookies, and places in answers are those that the browser knows."""
import contextlib
import socket
import ssl
import urllib.parse

import pytest

from sallyport import SANITIZED

IDENTITY = ("iv-user", "iv-groups", "iv-user-l", "iv-remote-address")
COOKIE = "__Host-sallyport"


@pytest.fixture(scope="module")
def mounts(demo, echo):
    """Open junctions of every kind: name -> (prefix, host)."""
    shop = f"shop.example:{demo.port}"
    task = ("server", "task", "default-sallyport-localhost")
    server = ("-t", "tcp", "-h", "127.0.0.1", "-p", echo.port)
    identity = ("-c", "iv_user,iv_groups,iv_user_l", "-r")
    demo.admin("junction", "create", *server, *identity, "/std")
    demo.admin("junction", "create", *server, *identity, "-x", "/echo")
    demo.admin(*task, "virtualhost", "create", *server, *identity, "-v", shop, "shop")
    demo.admin("junction", "create", *server, "/plain")
    demo.admin("junction", "create", *server, "-k", "-b", "ignore", "/keeps")
    for point in ("/std", "/echo", "/@shop", "/plain", "/keeps"):
        demo.publish(point)
    return {"std": ("/std", ""), "clear": ("/echo", ""), "shop": ("", shop), "plain": ("/plain", ""), "keeps": ("/keeps", "")}


@pytest.fixture(scope="module")
def alice(demo):
    browser = demo.browser()
    browser.login("alice")
    return browser.cookies


@pytest.fixture(params=["std", "clear", "shop"])
def mount(request, mounts):
    return mounts[request.param]


def ask(demo, mount, headers=(), path="/x", **kwargs):
    if not path.startswith("/echo/") or mount[0] != "/echo":
        path = mount[0] + path
    return demo.ask(path, headers=headers, host=mount[1], **kwargs)


def folded(name):
    name = "".join(c if c.isalnum() else "-" for c in name.lower())
    while name.startswith("http-"):
        name = name[5:]
    return name


def received(response, name):
    """The values of every field at the back end that somebody could read as this one."""
    assert response.status == 200, response
    return [value for key, value in response.json()["headers"] if folded(key) == name]


def cookie_of(cookies):
    return "; ".join(f"{k}={v}" for k, v in cookies.items())


FORGED = [(name, "admin") for name in ("iv-user", "iv-groups", "iv-creds", "iv-user-l", "iv-remote-address", "iv-anything",
                                       "am-eai-user-id", "am-eai-pac", "am-azn-failure", "iv_server_name")]


def test_B1_identity_fields_of_a_visitor_are_removed(demo, mount):
    seen = ask(demo, mount, FORGED)
    assert received(seen, "iv-user") == ["Unauthenticated"]
    assert received(seen, "iv-remote-address") == ["127.0.0.1"]
    for name in ("iv-groups", "iv-creds", "iv-user-l", "iv-anything", "am-eai-user-id", "am-eai-pac", "am-azn-failure"):
        assert received(seen, name) == [], name
    assert received(seen, "iv-server-name") == ["default-sallyport-localhost"]  # [header-names]
    assert "admin" not in seen.text


def test_B1_identity_fields_of_a_user_are_replaced(demo, mount, alice):
    seen = ask(demo, mount, FORGED + [("Cookie", cookie_of(alice))])
    assert received(seen, "iv-user") == ["alice"]
    assert received(seen, "iv-groups") == ['"staff"']
    assert received(seen, "iv-user-l") == ["uid=alice,ou=people,dc=example,dc=com"]
    assert "admin" not in seen.text


def test_B1_a_junction_without_identity_gets_none_and_passes_none(demo, mounts, alice):
    for headers in (FORGED, FORGED + [("Cookie", cookie_of(alice))]):
        seen = ask(demo, mounts["plain"], headers)
        for name in IDENTITY:
            assert received(seen, name) == []


@pytest.mark.parametrize("name", ["iv_user", "IV.User", "IV-USER", "iv~user", "http_iv_user", "HTTP-IV-USER", "HTTP_HTTP_IV_USER",
                                  "iv|user", "iv'user", "iv*user", "Iv_gRoups", "iv^groups", "am_eai_user_id"])
def test_B2_other_spellings_are_removed(demo, mount, name):
    seen = ask(demo, mount, [(name, "admin")])
    assert received(seen, "iv-user") == ["Unauthenticated"]
    assert "admin" not in seen.text


@pytest.mark.parametrize("line", [b"iv user: admin", b"iv-user : admin", b"iv-user\t: admin", b" iv-user: admin",
                                  b"iv(user: admin", b"iv-\xc3\xbcser: admin", b"iv-user\x00: admin", b"iv-user", b": admin",
                                  b"\"iv-user\": admin", b"iv-user\r: admin"])
def test_B2_B9_a_field_name_that_is_no_token_is_refused(demo, line):
    answer = demo.raw(b"GET /std/ HTTP/1.1\r\nHost: localhost\r\n" + line + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nConnection: close\r\n" in answer


def test_B3_twice_and_comma_joined_is_one_value_from_us(demo, mount, alice):
    headers = [("iv-user", "admin"), ("IV-User", "root"), ("iv-user", "admin, root"), ("Cookie", cookie_of(alice)),
               ("iv-user", "admin")]
    assert received(ask(demo, mount, headers), "iv-user") == ["alice"]


@pytest.mark.parametrize("fold", [b" ", b"\t", b"  iv-user: admin"])
def test_B3_folded_lines_are_refused(demo, fold):
    answer = demo.raw(b"GET /std/ HTTP/1.1\r\nHost: localhost\r\nX: y\r\n" + fold + b"iv-user: admin\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("options", ["iv-user", "iv-user, iv-groups, iv-user-l", "close, X-Forwarded-For, Authorization, Cookie, Host",
                                     "x-forwarded-for, via, x-request-id, iv_user, iv-remote-address, x-forwarded-proto"])
def test_B4_connection_cannot_name_our_fields_away(demo, mount, alice, options):
    seen = ask(demo, mount, [("Connection", options), ("Cookie", cookie_of(alice) + "; app=1"), ("X-App", "kept")])
    assert received(seen, "iv-user") == ["alice"]
    assert received(seen, "iv-groups") == ['"staff"']
    assert received(seen, "iv-remote-address") == ["127.0.0.1"]
    assert received(seen, "x-forwarded-for") == ["127.0.0.1"]
    assert received(seen, "x-forwarded-proto") == ["https"]
    assert received(seen, "cookie") == ["app=1"]
    assert len(received(seen, "host")) == 1
    assert len(received(seen, "x-request-id")) == 1
    assert received(seen, "x-app") == ["kept"]
    assert received(seen, "connection") == []


def test_B4_connection_takes_a_hop_by_hop_field_with_it(demo, mount):
    seen = ask(demo, mount, [("Connection", "x-hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=9"), ("TE", "trailers, deflate"),
                             ("Trailer", "iv-user"), ("Proxy-Authorization", "Basic eDp5"), ("Proxy-Connection", "close")])
    for name in ("x-hop", "keep-alive", "te", "trailer", "proxy-authorization", "proxy-connection"):
        assert received(seen, name) == []


def test_B5_trailers_are_dropped(demo, mount):
    host = mount[1] or f"localhost:{demo.port}"
    request = (f"POST {mount[0]}/echo/count?key=trailers HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n"
               "Trailer: iv-user\r\nConnection: close\r\n\r\n"
               "5\r\nhello\r\n0\r\niv-user: admin\r\nX-App: 1\r\n\r\n")
    demo.raw(request.encode())
    request = request.replace("/echo/count?key=trailers", "/x")
    answer = demo.raw(request.encode())
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"trailers": []' in answer and b'"body_length": 5' in answer
    assert b"admin" not in answer


CLAIMS = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Uri", "X-Forwarded-Prefix",
          "X-Forwarded-Method", "X-Forwarded-Server", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "Client-Cert",
          "Client-Cert-Chain", "X-Client-Cert", "X-SSL-Client-Cert", "SSL-Client-Verify", "X-Remote-User", "Remote-User", "True-Client-IP",
          "X_Forwarded_For", "x.forwarded.for", "HTTP_X_FORWARDED_FOR", "X_Original_URL"]


def test_B6_claims_about_the_client_are_removed_and_written_anew(demo, mount):
    seen = ask(demo, mount, [(name, "192.0.2.66") for name in CLAIMS])
    assert received(seen, "x-forwarded-for") == ["127.0.0.1"]
    assert received(seen, "x-forwarded-proto") == ["https"]
    assert received(seen, "x-forwarded-host") == [mount[1] or f"localhost:{demo.port}"]
    assert "192.0.2.66" not in seen.text


def test_B6_the_request_id_is_ours(demo, mount):
    seen = ask(demo, mount, [("X-Request-ID", "forged"), ("x_request_id", "forged2")])
    assert [value for value in received(seen, "x-request-id") if "forged" not in value] != []
    assert ["X-Request-ID", "forged"] not in seen.json()["headers"]


def test_B7_a_name_with_odd_characters_is_one_encoded_value(demo, mounts, make_instance, make_echo):
    instance = make_instance()
    instance.setup_demo(make_echo())
    for user, encoded in (("jörg, x %41", "j%C3%B6rg%2C%20x%20%2541"), ("semi;colon", "semi%3Bcolon")):
        instance.admin("user", "create", user, f"cn=A{len(user)},dc=example,dc=com", f"A{len(user)}", "B",
                       "a-good-passw0rd")
        instance.admin("user", "modify", user, "account-valid", "yes")
        browser = instance.browser()
        browser.login(user, "a-good-passw0rd")
        seen = browser.get("/app/")
        assert received(seen, "iv-user") == [encoded]
    for user in ('quote"d', "line\nbreak", "c\rr", "tab\tbed"):
        refused = instance.run_admin("user", "create", user, "cn=A,dc=example,dc=com", "A", "B", "a-good-passw0rd")
        assert refused.returncode == 1 and refused.stderr.startswith("Error: ")


def test_B8_the_proxy_field_is_removed(demo, mount):
    seen = ask(demo, mount, [("Proxy", "http://evil.example"), ("proxy", "x"), ("HTTP_PROXY", "y")])
    assert received(seen, "proxy") == []


@pytest.mark.parametrize("value", [b"a\x00b", b"a\rb", b"a\x1bb", b"a\x7fb", b"\x01"])
def test_B9_control_characters_in_a_value_are_refused(demo, value):
    answer = demo.raw(b"GET /std/ HTTP/1.1\r\nHost: localhost\r\nX: " + value + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def resident(demo):
    status = open(f"/proc/{demo.process.popen.pid}/status").read()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def test_B9_many_and_large_fields_are_refused_in_bounded_memory(demo):
    start = b"GET /std/ HTTP/1.1\r\nHost: localhost\r\n"
    demo.ask("/std/")
    before = resident(demo)
    for _ in range(5):
        for fields in (b"".join(b"X-%d: y\r\n" % i for i in range(10000)), b"X: " + b"y" * (1 << 20) + b"\r\n",
                       b"X" * (1 << 20) + b": y\r\n", b"X: y\r\n" * 120):
            answer = send_all_it_takes(demo, start + fields + b"\r\n")
            assert answer.startswith(b"HTTP/1.1 431 "), answer[:60]
        for line in (b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n", b"GET /?" + b"a" * 17000 + b" HTTP/1.1\r\n"):
            assert send_all_it_takes(demo, line + b"Host: localhost\r\n\r\n").startswith(b"HTTP/1.1 414 ")
        assert send_all_it_takes(demo, b"G" * (1 << 20)).startswith(b"HTTP/1.1 501 ")
    assert SANITIZED or resident(demo) - before < 4 << 20


def send_all_it_takes(demo, data):
    """Writes until the server closes, then reads its answer."""
    received_bytes = b""
    with socket.create_connection(("127.0.0.1", demo.port), 10) as plain:
        with demo.tls().wrap_socket(plain, server_hostname="localhost") as link:
            with contextlib.suppress(ssl.SSLError, OSError):
                link.sendall(data)
            with contextlib.suppress(ssl.SSLError, OSError):
                while chunk := link.recv(65536):
                    received_bytes += chunk
    return received_bytes


def set_cookies(demo, mount, *values):
    query = "&".join("c=" + urllib.parse.quote(value, safe="") for value in values)
    return ask(demo, mount, path="/echo/setcookie?" + query)


@pytest.mark.parametrize("value", [f"{COOKIE}=evil; Path=/; Secure", f"{COOKIE.lower()}=evil", f"{COOKIE}=; Max-Age=0; Path=/; Secure",
                                   f" {COOKIE} =evil", f"={COOKIE}=evil", "app=1; Domain=example.com", "app=1; Domain=.localhost",
                                   "app=1; Domain=com", f"app=1; Domain=127.0.0.1; Domain=evil.example"])
def test_B10_a_back_end_cannot_plant_our_cookie_or_one_for_others(demo, mount, value):
    planted = set_cookies(demo, mount, value, "app=ok")
    assert [v.split(";")[0] for v in planted.all("Set-Cookie")] == ["app=ok"]


def test_B10_our_cookie_is_bound_to_this_host_and_to_tls(demo):
    page = demo.browser().get("/app/")
    name, _, rest = page.header("Set-Cookie").partition("=")
    attributes = [part.strip().lower() for part in rest.split(";")[1:]]
    assert name.startswith("__Host-")
    assert {"path=/", "secure", "httponly"} <= set(attributes)
    assert not [a for a in attributes if a.startswith("domain")]


def test_B12_our_cookie_and_authorization_never_reach_the_back_end(demo, mount, alice):
    ours = cookie_of(alice)
    seen = ask(demo, mount, [("Cookie", f"a=1; {ours}; b=2"), ("Cookie", "c=3"), ("Authorization", "Bearer token"),
                             ("HTTP_AUTHORIZATION", "Bearer token2"), ("HTTP_COOKIE", ours)])
    assert received(seen, "iv-user") == ["alice"]
    assert received(seen, "cookie") == ["a=1; b=2", "c=3"]
    assert received(seen, "authorization") == []
    for value in alice.values():
        assert value not in seen.text
    only = ask(demo, mount, [("Cookie", ours)])
    assert received(only, "cookie") == []


def test_B12_unless_the_junction_says_so(demo, mounts, alice):
    ours = cookie_of(alice)
    seen = ask(demo, mounts["keeps"], [("Cookie", f"a=1; {ours}"), ("Authorization", "Bearer token")])
    assert received(seen, "cookie") == [f"a=1; {ours}"]
    assert received(seen, "authorization") == ["Bearer token"]


@pytest.mark.parametrize("name", ["iv-user", "IV_GROUPS", "am-eai-user-id", "am-eai-pac", "am_eai_auth_level", "am-azn-failure"])
def test_B13_a_back_end_cannot_say_who_somebody_is(demo, mount, name):
    answer = ask(demo, mount, path=f"/echo/header?n={name}&v=admin&n=X-App&v=kept")
    assert answer.header("X-App") == "kept"
    assert not [n for n, _ in answer.headers if folded(n) == folded(name)]
    assert answer.header("Set-Cookie") is None
    assert received(ask(demo, mount), "iv-user") == ["Unauthenticated"]


def test_B13_hop_by_hop_fields_of_an_answer_stay_behind(demo, mount):
    query = "&".join(f"n={n}&v={v}" for n, v in (("Connection", "x-hop"), ("X-Hop", "1"), ("Keep-Alive", "9"), ("Upgrade", "h2c"),
                                                 ("Proxy-Authenticate", "Basic"), ("Trailer", "X"), ("Alt-Svc", "h3"),
                                                 ("Server", "secret/1.2"), ("X-App", "kept")))
    answer = ask(demo, mount, path="/echo/header?" + query)
    for name in ("X-Hop", "Keep-Alive", "Upgrade", "Proxy-Authenticate", "Trailer", "Alt-Svc", "Server"):
        assert answer.header(name) is None, name
    assert answer.header("X-App") == "kept"


def location(demo, mount, to, code=302):
    answer = ask(demo, mount, path=f"/echo/redirect?code={code}&to=" + urllib.parse.quote(to, safe=""))
    assert answer.status == code
    return answer.header("Location")


def test_locations_of_the_back_end_become_ours_on_a_standard_junction(demo, mounts, echo):
    own = f"127.0.0.1:{echo.port}"
    for to, outward in ((f"http://{own}/next?a=b#c", "/std/next?a=b#c"), ("/next", "/std/next"), (f"//{own}/next", "/std/next"),
                        (f"HTTP://{own}", "/std/"), ("next", "next"), ("?q", "?q"), ("/std/next", "/std/next"),
                        ("/pkmslogout", "/pkmslogout"), ("https://elsewhere.example/x", "https://elsewhere.example/x"),
                        (f"http://{own}.evil.example/x", f"http://{own}.evil.example/x")):
        assert location(demo, mounts["std"], to) == outward


def test_locations_on_junctions_that_keep_the_path(demo, mounts, echo):
    own = f"127.0.0.1:{echo.port}"
    for name in ("clear", "shop"):
        assert location(demo, mounts[name], f"http://{own}/clear/next?a=b") == "/clear/next?a=b"
        assert location(demo, mounts[name], "/next", 307) == "/next"
        # Without scheme and host nothing is left that could name another host.
        assert location(demo, mounts[name], f"http://{own}//evil.example/x") == "/evil.example/x"
        assert location(demo, mounts[name], f"http://{own}/\\evil.example") == "/%5Cevil.example"


def test_content_location_and_refresh_are_rewritten_too(demo, mounts, echo):
    own = f"http://127.0.0.1:{echo.port}"
    answer = ask(demo, mounts["std"], path=f"/echo/header?n=Content-Location&v={own}/doc&n=Refresh&v=5;url={own}/next")
    assert answer.header("Content-Location") == "/std/doc"
    assert answer.header("Refresh").replace(" ", "") == "5;url=/std/next"


def test_cookie_paths_are_those_that_the_browser_sees(demo, mounts):
    values = ("a=1", "b=2; Path=/", "c=3; Path=/deep; HttpOnly", "d=4; Path=/std/x", "e=5; Path=rel; Secure; SameSite=Lax",
              "f=6; Domain=127.0.0.1; Path=/")
    assert set_cookies(demo, mounts["std"], *values).all("Set-Cookie") == [
        "a=1", "b=2; Path=/std", "c=3; Path=/std/deep; HttpOnly", "d=4; Path=/std/x", "e=5; Secure; SameSite=Lax",
        "f=6; Path=/std"]
    assert set_cookies(demo, mounts["shop"], *values[:3]).all("Set-Cookie") == ["a=1", "b=2; Path=/", "c=3; Path=/deep; HttpOnly"]


def test_C11_text_of_the_client_cannot_split_an_answer(demo, mount):
    for to in ("/x\r\nX-Evil: 1", "/x\nX-Evil: 1", "/x\rX-Evil: 1"):
        # This back end writes what it is told, so its own answer is already split or broken.
        answer = ask(demo, mount, path="/echo/redirect?to=" + urllib.parse.quote(to, safe=""))
        if answer.status == 302:
            assert "\n" not in answer.header("Location")
        else:
            assert answer.status == 502
    answer = demo.ask("/pkmslogin%0d%0aX-Evil:1")
    assert answer.status == 400 and answer.header("X-Evil") is None


def test_host_is_the_servers_own_or_the_virtual_one(demo, mounts, echo):
    own = f"127.0.0.1:{echo.port}"
    assert received(ask(demo, mounts["std"]), "host") == [own]
    assert received(ask(demo, mounts["clear"]), "host") == [own]
    assert received(ask(demo, mounts["shop"]), "host") == [mounts["shop"][1]]
