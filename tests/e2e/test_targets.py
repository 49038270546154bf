"""The path that policy judged is the path that the back end gets (attack cases A), on every kind of junction.

Below each mount point anybody may read, except /admin, which only users may. Whoever reaches the back end with /admin
unasked, under whatever name, has won."""
import dataclasses
import socket

import pytest

from sallyport import free_port, parse_responses, read_to_end, wait_until


@dataclasses.dataclass
class Mount:
    name: str
    prefix: str     # in front of the path in URLs
    host: str       # of the Host field; empty: the usual one
    upstream: str   # in front of the path at the back end


@pytest.fixture(scope="module")
def mounts(demo, echo):
    shop = f"shop.example:{demo.port}"
    task = ("server", "task", "default-sallyport-localhost")
    server = ("-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "-c", "iv_user")
    demo.admin("junction", "create", *server, "/std")
    demo.admin("junction", "create", *server, "-x", "/clear")
    demo.admin("junction", "create", *server, "-i", "/win")
    demo.admin(*task, "virtualhost", "create", *server, "-v", shop, "shop")
    for point in ("/std", "/clear", "/win", "/@shop"):
        demo.publish(point)
        demo.admin("acl", "attach", f"/WebSEAL/localhost-default{point}/admin", "demo-users")
    return {mount.name: mount for mount in (Mount("std", "/std", "", ""), Mount("clear", "/clear", "", "/clear"),
                                            Mount("shop", "", shop, ""), Mount("win", "/win", "", ""))}


@pytest.fixture(scope="module")
def alice(demo):
    browser = demo.browser()
    browser.login("alice")
    return [("Cookie", "; ".join(f"{k}={v}" for k, v in browser.cookies.items()))]


@pytest.fixture(params=["std", "clear", "shop"])
def mount(request, mounts):
    return mounts[request.param]


def ask(demo, mount, path, headers=(), method="GET"):
    path = path if isinstance(path, bytes) else path.encode("latin-1")
    return demo.ask(mount.prefix.encode() + path, method, headers, host=mount.host)


def is_login(response):
    return response.status == 200 and "/pkmslogin.form" in response.text


def assert_judged_as_admin(demo, mount, alice, path, forwarded="/admin"):
    assert is_login(ask(demo, mount, path)), path
    answer = ask(demo, mount, path, alice)
    assert answer.status == 200, (path, answer)
    seen = answer.json()
    assert seen["target"] == mount.upstream + forwarded
    assert ["iv-user", "alice"] in seen["headers"]


def test_an_open_path_is_open_and_admin_is_not(demo, mount, alice):
    assert ask(demo, mount, "/pub").json()["target"] == mount.upstream + "/pub"
    assert_judged_as_admin(demo, mount, alice, "/admin")
    assert_judged_as_admin(demo, mount, alice, "/admin/deep", "/admin/deep")


@pytest.mark.parametrize("path", ["//admin", "/./admin", "/x/../admin", "///.//x/.././admin", "/x/y/../../admin"])
def test_A1_dots_and_empty_segments_are_resolved_before_the_decision(demo, mount, alice, path):
    assert_judged_as_admin(demo, mount, alice, path)


@pytest.mark.parametrize("path", ["/pub/%2e%2e/admin", "/pub/%2E./admin", "/pub/.%2e/admin", "/%61dmin", "/%41dmin/../admin"])
def test_A2_one_decoding_then_the_same_decision(demo, mount, alice, path):
    assert_judged_as_admin(demo, mount, alice, path)


@pytest.mark.parametrize("path", ["/pub/..%2fadmin", "/pub/..%2Fadmin", "/pub/..%5cadmin", "/pub%2fadmin", "/pub\\..\\admin"])
def test_A2_encoded_separators_are_refused(demo, mount, alice, path):
    assert ask(demo, mount, path, alice).status == 400


@pytest.mark.parametrize("path", ["/pub/%252e%252e%252fadmin", "/%252e%252e/admin", "/pub%252fadmin", "/pub/%255cadmin",
                                  "/pub%2500", "/%25252e", "/%2561dmin"])
def test_A3_double_encoding_is_refused(demo, mount, alice, path):
    assert ask(demo, mount, path, alice).status == 400


@pytest.mark.parametrize("name", ["std", "clear"])
@pytest.mark.parametrize("tail", ["../admin", "%2e%2e/admin", "..;/admin", "admin", "%20/admin", ";x/../admin"])
def test_A4_a_junction_matches_whole_segments_only(demo, mounts, alice, name, tail):
    # None of these is below the junction: nobody there, whatever the rights.
    response = demo.ask(mounts[name].prefix + tail, headers=alice)
    assert response.status == 404
    assert is_login(demo.ask(mounts[name].prefix + tail))


@pytest.mark.parametrize("path", ["/../admin", "/%2e%2e/admin", "/x/../../admin"])
def test_A4_nothing_climbs_out_of_a_junction_into_the_back_end(demo, mounts, alice, path):
    for name in ("std", "clear"):
        assert ask(demo, mounts[name], path, alice).status == 404
    assert ask(demo, mounts["shop"], path, alice).status == 400  # above the root


@pytest.mark.parametrize("path, forwarded", [("/admin;x=1", "/admin;x=1"), ("/admin;jsessionid=1/deep", "/admin;jsessionid=1/deep"),
                                             ("/pub;x/../admin", "/admin"), ("/admin%3bx", None)])
def test_A5_parameters_do_not_change_the_decision(demo, mount, alice, path, forwarded):
    if forwarded:
        assert_judged_as_admin(demo, mount, alice, path, forwarded)
    else:  # an encoded ';' begins parameters too, or is a part of another name: never /admin with open access
        response = ask(demo, mount, path)
        assert is_login(response) or response.json()["target"] not in (mount.upstream + "/admin", mount.upstream + "/admin;x")


@pytest.mark.parametrize("path", ["/admin/..;/", "/pub/..;/admin", "/pub/..;x=1/admin", "/pub/%2e%2e;/admin", "/.;/admin",
                                  "/;jsessionid=1/admin", "/;/admin"])
def test_A5_parameters_on_dots_or_nothing_are_refused(demo, mount, alice, path):
    assert ask(demo, mount, path, alice).status == 400


@pytest.mark.parametrize("path", ["/%00", "/admin%00", "/pub%00/../admin", "/%c0%ae%c0%ae/admin", "/%c0%afadmin", "/%e0%80%af",
                                  "/%ff", "/%ed%a0%80", "/%u002e%u002e/admin", "/%0d%0aX:y", "/%0a", "/%7f", "/%c2%85",
                                  "/%", "/%4", "/%zz"])
def test_A6_null_bytes_and_bad_utf8_are_refused(demo, mount, alice, path):
    assert ask(demo, mount, path, alice).status == 400


@pytest.mark.parametrize("path", ["/ADMIN", "/Admin", "/aDmIn/deep", "/%41DMIN", "/ADMIN;x=1"])
def test_A7_on_a_case_insensitive_junction_spelling_does_not_matter(demo, mounts, path):
    assert is_login(ask(demo, mounts["win"], path))


@pytest.mark.parametrize("path", ["/admin.", "/admin%20", "/admin./deep", "/admin::$DATA", "/admin%3a%3a$DATA", "/ADMINI~1",
                                  "/admin%20./x", "/%c4%b0", "/a%c5%bf"])
def test_A7_other_names_of_a_windows_file_are_not_served(demo, mounts, alice, path):
    assert ask(demo, mounts["win"], path, alice).status == 404


@pytest.mark.parametrize("target", [b"/pub#/../admin", b"/pub#", b"/pub /admin", b"/pub\t/admin", b"/pub\x01", b"/pub\x7f", b"/pub\xc3\xa4",
                                    b"/pub\x0b", b"pub", b"", b"*"])
def test_A9_what_no_target_may_hold_is_refused(demo, mount, alice, target):
    full = mount.prefix.encode() + target if target.startswith(b"/") else target
    assert demo.ask(full, headers=alice, host=mount.host).status == 400


def test_A10_absolute_form_counts_only_if_it_is_the_host(demo, mounts, alice):
    own = f"localhost:{demo.port}"
    shop = mounts["shop"].host
    for scheme in ("https", "http", "HTTPS"):
        assert demo.ask(f"{scheme}://{own}/std/pub").json()["target"] == "/pub"
        assert is_login(demo.ask(f"{scheme}://{own}/std/admin"))
    assert demo.ask(f"https://{shop}/pub", host=shop).json()["target"] == "/pub"
    for target, host in ((f"https://other.example/std/pub", own), (f"https://{shop}/pub", own),
                         (f"https://{own}/std/pub", shop), (f"https://x@{own}/std/pub", own),
                         (f"https://{own}#@/std/pub", own), (f"ftp://{own}/std/pub", own), (f"//{shop}/pub", "")):
        response = demo.ask(target, headers=alice, host=host)
        assert response.status in (400, 404), (target, host)


@pytest.mark.parametrize("host", ["a@b", "a:99999", "a:0", "a:x", "a b", "a/b", "a?b", "[::1", "a:80:80", "http://a", "a,b", "%61",
                                  "localhost\\x"])
def test_A10_a_host_that_is_none_is_refused(demo, host):
    assert demo.ask("/std/pub", host=host).status == 400


def test_A10_no_host_an_empty_host_and_two_hosts_are_refused(demo):
    for fields in (b"", b"Host: \r\n", b"Host: localhost\r\nHost: localhost\r\n", b"Host: localhost\r\nhost: other\r\n"):
        answer = demo.raw(b"GET /std/pub HTTP/1.1\r\n" + fields + b"Connection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 "), fields


def test_A10_an_unknown_host_is_misdirected(demo, mounts, alice):
    for host in ("other.example", f"other.example:{demo.port}", f"xshop.example:{demo.port}", "127.0.0.2", "[::1]",
                 "localhost.example", "ocalhost", "*"):
        for target in ("/std/pub", "/std/admin", "/pub", "/nowhere", "/pkmslogin", "/pkmslogout"):
            answer = demo.ask(target, headers=alice, host=host)
            assert answer.status == (400 if host == "*" else 421), (host, target)
            assert answer.header("Set-Cookie") is None
            assert answer.header("Location") is None
    refusals = [line for line in demo.audit() if line.get("reason") == "unknown-host"]
    assert {"object": "/pkmslogout", "detail": "host ocalhost, server name localhost"}.items() <= refusals[-1].items()
    wait_until(lambda: '"GET /pkmslogout HTTP/1.1" 421 ' in (demo.dir / "request.log").read_text(), "the request log")


def test_A10_a_request_without_any_host_is_misdirected(demo):
    answer = demo.raw(b"GET /std/pub HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 421 ")
    assert demo.raw(b"GET /std/pub HTTP/1.0\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_A10_an_unknown_host_is_refused_before_its_body_is_read(demo):
    with demo.open() as link:
        link.sendall(b"POST /std/pub HTTP/1.1\r\nHost: other.example\r\nContent-Length: 1000000\r\n\r\n")
        answer = read_to_end(link)
    assert answer.startswith(b"HTTP/1.1 421 ")
    assert b"Connection: close" in answer


def test_A10_a_name_of_tls_that_is_not_ours_is_misdirected(demo, mounts):
    for name, host, status in ((None, "localhost", 200), ("localhost", "127.0.0.1", 200), ("shop.example", "localhost", 200),
                               ("localhost", mounts["shop"].host, 200), ("other.example", "localhost", 421),
                               ("other.example", "other.example", 421), ("xshop.example", mounts["shop"].host, 421)):
        with demo.open(server_name=name, verified=False) as link:
            target = "/std/pub" if "shop" not in host else "/pub"
            link.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            assert parse_responses(read_to_end(link))[0].status == status, (name, host)


def test_A10_aliases_and_every_host_by_configuration(make_instance, make_echo):
    conf = "\n[server]\nweb-host-alias = www.example.org, *.apps.example.org\nweb-host-alias = 2001:db8::1\n"
    instance = make_instance(extra=conf)
    instance.setup_demo(make_echo())
    for host, status in (("www.example.org", 200), ("WWW.example.org.:8443", 200), ("a.apps.example.org", 200),
                         ("[2001:db8::1]:8443", 200), ("a.b.apps.example.org", 421), ("apps.example.org", 421),
                         ("[2001:db8::2]", 421), ("localhost", 200)):
        assert instance.ask("/public/x", host=host).status == status, host
    with instance.conf.open("a") as conf:
        conf.write("\n[server]\nallow-unknown-hosts = yes\n")
    instance.admin("reload")
    assert instance.ask("/public/x", host="other.example").status == 200
    assert instance.raw(b"GET /public/x HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_A10_plain_http_redirects_to_known_hosts_only(make_instance):
    port = free_port()
    instance = make_instance(extra=f"\n[server]\nhttp = yes\nhttp-port = {port}\n")
    for host, status in (("localhost", 308), ("other.example", 421)):
        with socket.create_connection(("127.0.0.1", port), 10) as link:
            link.sendall(f"GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            assert parse_responses(read_to_end(link))[0].status == status


def test_A10_a_certificate_for_a_host_that_is_not_served_is_warned_of(make_instance):
    instance = make_instance()
    instance.certificate("issue", "-a", instance.dir / "ca", instance.dir / "other", "other.example")
    with instance.conf.open("a") as conf:
        conf.write(f"\n[ssl-sni]\nother.example = {instance.dir}/other.pem {instance.dir}/other.key\n")
    text = instance.check()
    assert "[ssl-sni] other.example: requests for it are refused" in text


def test_A10_a_known_host_is_not_served_by_another_hosts_junction(demo, mounts, alice):
    for host in ("localhost", f"localhost:{demo.port}", "shop.example", f"shop.example:{demo.port + 1}",
                 f"shop.example.:{demo.port + 1}"):
        assert demo.ask("/pub", headers=alice, host=host).status == 404
        assert is_login(demo.ask("/pub", host=host))
    # The name with its final dot, and in capitals, is the same name.
    assert demo.ask("/pub", host=f"SHOP.example.:{demo.port}").json()["target"] == "/pub"


def test_a_bare_mount_point_is_redirected_to_its_final_slash(demo, mounts, alice):
    for target, place in (("/std", "/std/"), ("/std?a=b&c=%2F/../x", "/std/?a=b&c=%2F/../x"), ("/std?", "/std/?"),
                          ("//x/../std", "/std/"), ("/%73td", "/std/"), ("/win", "/win/")):
        for method in ("GET", "HEAD"):
            answer = demo.ask(target, method, alice)
            assert (answer.status, answer.header("Location")) == (302, place), (target, method)
    # Other methods, and other kinds of junction, go to the back end.
    for target, method, seen in (("/std?a", "POST", "/?a"), ("/std", "OPTIONS", "/"), ("/clear", "GET", "/clear"),
                                 ("/std;x=1", "GET", None), ("/std/", "GET", "/"), ("/std/pub", "GET", "/pub")):
        answer = demo.ask(target, method, alice)
        assert answer.status == 200, (target, method)
        assert seen is None or answer.json()["target"] == seen
    assert demo.ask("/", headers=alice, host=mounts["shop"].host).json()["target"] == "/"


def test_a_bare_mount_point_says_nothing_to_those_who_may_not_read_it(demo, echo, alice):
    demo.admin("junction", "create", "-f", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/closed")
    demo.admin("acl", "create", "nobody")
    demo.admin("acl", "modify", "nobody", "set", "any-other", "T")
    demo.admin("acl", "modify", "nobody", "set", "unauthenticated", "T")
    demo.admin("acl", "attach", "/WebSEAL/localhost-default/closed", "nobody")
    assert demo.ask("/closed", headers=alice).status == 403
    assert demo.ask("/closed").status == demo.ask("/no-such").status == 200
    assert is_login(demo.ask("/closed")) and is_login(demo.ask("/no-such"))


@pytest.mark.parametrize("query", ["?x=1", "?/../pub", "?", "?a=b;c=../../x", "?%2e%2e/%2f%00", "?a?b"])
def test_A12_the_query_never_changes_the_decision(demo, mount, alice, query):
    assert_judged_as_admin(demo, mount, alice, "/admin" + query, "/admin" + query)
    assert ask(demo, mount, "/pub" + query).json()["target"] == mount.upstream + "/pub" + query


@pytest.mark.parametrize("path", [b"%2Fpub", b"%2fadmin", b"/%2F/pub", b"/%2F", b"/pub%2F..%2Fadmin", b"/a%2Fb", b"/pub;x=%2F"])
def test_A14_no_junction_keeps_an_encoded_slash(demo, mount, alice, path):
    """There is no option that lets a junction keep them; whoever adds one changes this test."""
    target = mount.prefix.encode() + path if mount.prefix or path.startswith(b"/") else b"/x" + path
    assert demo.ask(target, headers=alice, host=mount.host).status == 400


def test_A13_connect_is_refused(demo, alice):
    for target in (f"localhost:{demo.port}", "127.0.0.1:22", "/std/pub"):
        assert demo.ask(target, "CONNECT", alice).status == 400


def test_A13_trace_is_disabled(demo, mount, alice):
    for path in ("/pub", "/admin"):
        response = ask(demo, mount, path, alice, "TRACE")
        assert response.status == 405
        assert "TRACE" not in (response.header("Allow") or "")


def test_A13_an_unknown_method_needs_an_explicit_permission(demo, mount, alice, make_instance, make_echo):
    for method in ("PROPFIND", "get", "Get", "GETX", "M-SEARCH"):
        assert ask(demo, mount, "/pub", alice, method).status == 403
        assert is_login(ask(demo, mount, "/pub", (), method))


def test_A13_an_unknown_method_passes_where_it_has_a_permission(make_instance, make_echo):
    instance = make_instance(extra="\n[http-method-perms]\n<default> = r\nPROPFIND = m\n")
    echo = make_echo()
    instance.setup_demo(echo)
    browser = instance.browser()
    browser.login("alice")
    assert browser.request("PROPFIND", "/app/x").json()["method"] == "PROPFIND"
    assert browser.request("PROPFIND", "/public/x").status == 403  # Tr only
    assert browser.request("REPORT", "/app/x").status == 403


def test_A13_nobody_overrides_the_method_behind_policy(demo, mount):
    names = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "x_http_method_override")
    seen = ask(demo, mount, "/pub", [(name, "DELETE") for name in names]).json()
    assert seen["method"] == "GET"
    assert not [n for n, _ in seen["headers"] if "override" in n.lower() or "http" in n.lower()]


def test_options_of_the_whole_server_goes_to_no_back_end(demo, alice):
    assert demo.ask("*", "OPTIONS", alice).status in (400, 403, 404)
