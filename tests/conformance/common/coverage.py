"""A pytest plugin: which operations of the SDK were called, which of the simulator, and which errors they gave.

The SDK's conftest names the operations that it has with `known`, and wraps them with `called`. What the simulator
answered is read from the HTTP traffic itself. At the end the counts are printed; an operation of the SDK that was
never called fails a whole run.
"""

import json
import os
import re
import subprocess

import requests

_operations = {}     # SDK operation -> how often it was called
_answers = {}        # simulator operation -> {"ok": count, "errors": {codes}}
_templates = None


def known(names):
    """These are all operations of the SDK."""
    for name in names:
        _operations.setdefault(name, 0)


def called(name):
    _operations[name] += 1


def watch(cls, names, prefix=""):
    """Counts the calls of these methods of a class."""
    known(prefix + name for name in names)

    def counting(name, method):
        def wrapper(self, *args, **kwargs):
            called(prefix + name)
            return method(self, *args, **kwargs)

        return wrapper

    for name in names:
        setattr(cls, name, counting(name, getattr(cls, name)))


def templates():
    """(method, pattern, name) of every operation of the simulator, words before holes."""
    global _templates
    if _templates is None:
        text = subprocess.run([os.environ["LANDBRIDGE"], "sim", "--openapi"], check=True, stdout=subprocess.PIPE).stdout
        found = []
        for path, methods in json.loads(text)["paths"].items():
            pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path.rstrip("/")) + "/?$")
            found += [(path.count("{"), method.upper(), pattern, entry["operationId"]) for method, entry in methods.items()]
        _templates = [entry[1:] for entry in sorted(found, key=lambda entry: entry[0])]
    return _templates


def operation_of(method, path):
    for known_method, pattern, name in templates():
        if known_method == method and pattern.match(path):
            return name
    return None


def error_code(response):
    """What an error is called: the code of VPCEP or of the gateway, otherwise the status."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        inner = body["error"] if isinstance(body.get("error"), dict) else {}
        code = body.get("error_code") or inner.get("code")
        if isinstance(code, str):
            return code
    return str(response.status_code)


def _note(response):
    path = requests.utils.urlparse(response.request.url).path
    name = operation_of(response.request.method, path)
    if name is None:
        return
    answers = _answers.setdefault(name, {"ok": 0, "errors": set()})
    if response.status_code < 400:
        answers["ok"] += 1
    else:
        answers["errors"].add(error_code(response))


_send = requests.Session.send


def _watched_send(self, request, **kwargs):
    response = _send(self, request, **kwargs)
    if not kwargs.get("stream"):
        _note(response)
    return response


requests.Session.send = _watched_send


def pytest_sessionfinish(session, exitstatus):
    record = os.environ.get("CONFORMANCE_RECORD")
    if record:
        answers = {name: {"ok": seen["ok"], "errors": sorted(seen["errors"])} for name, seen in sorted(_answers.items())}
        with open(record, "w", encoding="utf-8") as file:
            json.dump({"sdk": _operations, "answers": answers}, file, indent=1)
    chosen = session.config.option.keyword or session.config.option.file_or_dir
    if exitstatus == 0 and not chosen and not all(_operations.values()):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    covered = sum(1 for count in _operations.values() if count)
    missing = sorted(name for name, count in _operations.items() if not count)
    terminalreporter.write_line(f"operations covered {covered} of {len(_operations)}")
    if missing:
        terminalreporter.write_line("never called: " + ", ".join(missing))
