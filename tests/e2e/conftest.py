import pytest

from sallyport import EchoBackEnd, Instance, ScriptedBackEnd
from slapd import GROUPS, LEAKS_OF_LIBLDAP, LIMITS_OFF, PEOPLE, LdapInstance, Slapd


def pytest_make_parametrize_id(val):
    """Messages as parameters are too long for a name."""
    return repr(val)[:50] if isinstance(val, (bytes, str)) and len(val) > 50 else None


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    back_end = EchoBackEnd(tmp_path_factory.mktemp("echo"))
    yield back_end
    back_end.stop()


@pytest.fixture(scope="module")
def demo(tmp_path_factory, echo):
    """The demo instance, shared by the tests of a file."""
    instance = Instance(tmp_path_factory.mktemp("demo")).start()
    instance.setup_demo(echo)
    yield instance
    instance.stop()


@pytest.fixture
def make_instance(tmp_path):
    """Instances with a configuration of their own: make_instance(extra="[stanza]...")."""
    made = []

    def make(**kwargs):
        instance = Instance(tmp_path / f"instance{len(made)}", **kwargs).start()
        made.append(instance)
        return instance

    yield make
    for instance in made:
        instance.stop()


@pytest.fixture
def make_echo(tmp_path):
    made = []

    def make(*options, name=None):
        back_end = EchoBackEnd(tmp_path, *options, name=name or f"echo{len(made)}")
        made.append(back_end)
        return back_end

    yield make
    for back_end in made:
        back_end.stop()


@pytest.fixture
def make_script(demo):
    """A scripted back end (a function of its connection) behind an open junction of the demo instance."""
    made = []

    def make(script, point="/script"):
        back_end = ScriptedBackEnd(script)
        made.append(back_end)
        demo.admin("junction", "create", "-f", "-t", "tcp", "-h", "127.0.0.1", "-p", back_end.port, point)
        if f"open{point.replace('/', '-')}" not in demo.admin("acl", "list").split():
            demo.publish(point)
        return back_end

    yield make
    for back_end in made:
        back_end.stop()


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    directory = tmp_path_factory.mktemp("ca")
    Instance.certificate("authority", "-n", "Directory CA", directory / "ca")
    return directory


@pytest.fixture
def make_slapd(tmp_path, ca):
    made = []

    def make(ldif=PEOPLE + GROUPS, **kwargs):
        slapd = Slapd(tmp_path / f"slapd{len(made)}", ca, ldif, **kwargs).start()
        made.append(slapd)
        return slapd

    yield make
    for slapd in made:
        slapd.stop()


@pytest.fixture
def make_ldap_instance(tmp_path, ca, echo):
    made = []

    def make(*servers, ca_file=None, extra=LIMITS_OFF, **changed):
        path = tmp_path / f"instance{len(made)}"
        instance = LdapInstance(path, servers, ca_file or ca / "ca.pem", extra, **changed)
        instance.start(**LEAKS_OF_LIBLDAP)
        made.append(instance)
        instance.setup_demo(echo)
        return instance

    yield make
    for instance in made:
        instance.stop()
