"""The certificate store of browsers, made with NSS's own tools: which authority they trust, which certificates they have."""
import pathlib
import subprocess

from client_pki import PASSWORD


def run(*args):
    subprocess.run([str(arg) for arg in args], check=True, capture_output=True)


def add_to_store(directory, certificate):
    run("pk12util", "-d", f"sql:{directory}", "-i", certificate.p12(), "-W", PASSWORD, "-K", "")


def make_store(directory, trusted, certificates=()):
    """`trusted`: a PEM file with an authority of servers; `certificates`: of client_pki."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    database = f"sql:{directory}"

    run("certutil", "-N", "-d", database, "--empty-password")
    run("certutil", "-A", "-d", database, "-t", "C,,", "-n", "servers", "-i", trusted)
    for certificate in certificates:
        add_to_store(directory, certificate)
