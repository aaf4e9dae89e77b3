"""Importing is free of effects: no file is opened for writing, no socket, no process, and no setting is asked for."""

import subprocess
import sys

from tests.architecture.sources import PACKAGES, below, module_name

SCRIPT = """
import os, sys
os.environ.clear()
loud = {"socket.bind", "socket.connect", "subprocess.Popen", "sqlite3.connect", "os.mkdir", "os.remove", "os.rename"}
heard = []

def listen(event, arguments):
    written = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event in loud or (written and not str(arguments[0]).endswith(".pyc") and "__pycache__" not in str(arguments[0])):
        heard.append((event, arguments))

import importlib, threading
before = threading.active_count()
sys.addaudithook(listen)
for name in sys.argv[1:]:
    importlib.import_module(name)
assert not heard, heard
assert threading.active_count() == before, threading.enumerate()
"""


def test_importing_every_module_with_an_empty_environment_opens_nothing() -> None:
    names = [module_name(path) for path in below(*PACKAGES) if path.stem != "__main__"]
    assert len(names) > 40
    command = [sys.executable, "-B", "-W", "error", "-c", SCRIPT, *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
