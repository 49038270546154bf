import pytest

from sallyport import EchoBackEnd, Instance


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
