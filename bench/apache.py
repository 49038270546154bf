"""Apache as an access-management proxy: mod_proxy with mod_auth_form (the session in an encrypted cookie) or with
mod_auth_basic, its users in a file or in a directory."""
import http.client
import re
import ssl
import subprocess
import urllib.parse

from back_end import wait_listening
from proxies import PATIENCE, Proxy
from sallyport import PASSWORD, Process, free_port
from slapd import PASSWORD as LDAP_PASSWORD
from slapd import SERVICE_DN, SERVICE_PASSWORD, SUFFIX, Slapd, person

MODULES = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "auth_form", "request",
           "session", "session_cookie", "session_crypto", "ldap", "authnz_ldap", "proxy", "proxy_http", "ssl",
           "socache_shmcb", "headers", "unixd", "log_config", "http2", "env")
BUILT_IN = {"unixd", "log_config"}
# The stored password of the demo's registry, which Sallyport checks at a login.
YESCRYPT = "$y$j9T$demodemodemodemo$lJleFzNGopHm1aP15AFJVcteb6JrLSNA6O/V8caRSF."
VARIANTS = {
    "form": "form login, stored password yescrypt as in Sallyport's registry",
    "form-apr1": "form login, stored password as htpasswd makes it (apr1)",
    "form-ldap": "form login, users in slapd, mod_ldap's cache on",
    "basic": "basic authentication, stored password yescrypt",
}


def provider(house, variant, directory):
    """The directives that say where users are, the process of the directory if there is one, and alice's password."""
    if variant == "form-ldap":
        slapd = house.keep(Slapd(house.new_dir("slapd"), house.certificates, person("alice"), tls=False).start())
        return (f'AuthLDAPURL "ldap://127.0.0.1:{slapd.port}/ou=people,{SUFFIX}?uid"\n'
                f'AuthLDAPBindDN "{SERVICE_DN}"\nAuthLDAPBindPassword "{SERVICE_PASSWORD}"', "ldap", LDAP_PASSWORD)
    stored = YESCRYPT
    if variant == "form-apr1":
        stored = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], capture_output=True, text=True,
                                check=True).stdout.strip()
    (directory / "users").write_text(f"alice:{stored}\n")
    return f"AuthUserFile {directory}/users", "file", PASSWORD


def start_apache(house, name, variant, workers=2):
    port, directory = free_port(), house.new_dir("apache")
    directory.mkdir()
    users, source, password = provider(house, variant, directory)
    form = variant.startswith("form")
    session = "Session On\nSessionCookieName session path=/;secure;httponly\nSessionCryptoPassphrase bench-secret"
    guard = f"AuthType form\nAuthFormProvider {source}\n{session}" if form else \
        f"AuthType basic\nAuthBasicProvider {source}"
    loads = "\n".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so" for m in MODULES
                      if m not in BUILT_IN)
    (directory / "conf").write_text(f"""
{loads}
ServerRoot {directory}
ServerName localhost
PidFile {directory}/pid
DefaultRuntimeDir {directory}
ErrorLog {directory}/error
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
CustomLog {directory}/access combined
BufferedLogs On
User www-data
Group www-data
Listen 127.0.0.1:{port}
StartServers {workers}
ServerLimit {workers}
ThreadsPerChild 64
MaxRequestWorkers {64 * workers}
MaxRequestsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout {PATIENCE}
Protocols h2 http/1.1
SSLEngine on
SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLCertificateFile {house.certificates}/server.pem
SSLCertificateKeyFile {house.certificates}/server.key
SSLSessionCache shmcb:{directory}/sessions(512000)
ProxyPass /dologin !
ProxyPass / http://127.0.0.1:{house.back_end}/
<Location />
AuthName bench
{guard}
{users}
Require valid-user
RequestHeader set iv_user expr=%{{REMOTE_USER}}
</Location>
""" + ("" if not form else """
<Location /dologin>
SetHandler form-login-handler
AuthFormLoginSuccessLocation /1k
</Location>
"""))
    process = Process(["apache2", "-f", directory / "conf", "-DFOREGROUND"], directory / "out")
    wait_listening(port)
    header = log_in(port, password) if form else basic_header(password)
    return Proxy(name, process, port, "", [header])


def basic_header(password):
    import base64
    return "Authorization: Basic " + base64.b64encode(f"alice:{password}".encode()).decode()


def log_in(port, password):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    link = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    link.request("POST", "/dologin", urllib.parse.urlencode({"httpd_username": "alice", "httpd_password": password}),
                 {"Content-Type": "application/x-www-form-urlencoded"})
    answer = link.getresponse()
    cookie = re.search(r"session=[^;]+", answer.getheader("Set-Cookie") or "")
    if answer.status != 302 or not cookie:
        raise SystemExit(f"Apache's form login failed: {answer.status}\n{answer.read().decode()}")
    link.close()
    return f"Cookie: {cookie.group(0)}"
