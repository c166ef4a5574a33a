"""A simulator of a test's own: started, asked, moved in time, ended. Standard library alone."""

import json
import os
import subprocess
import threading
import urllib.error
import urllib.request


class Simulator:
    """`landbridge sim` on a free port of this machine."""

    def __init__(self, *options):
        command = [os.environ["LANDBRIDGE"], "sim", "--listen", "127.0.0.1:0", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self._reader = None
        first = self._process.stdout.readline()
        prefix = "listening on "
        if not first.startswith(prefix):
            self.stop()
            raise RuntimeError(f"the simulator said {first!r} first")
        self.url = first[len(prefix):].strip()
        # Whatever else it prints must not fill the pipe.
        self._reader = threading.Thread(target=self._process.stdout.read, daemon=True)
        self._reader.start()

    def stop(self):
        self._process.kill()
        self._process.wait()
        if self._reader:
            self._reader.join()
        self._process.stdout.close()

    def control(self, method, path, body=None):
        """A call under `/_sim/`."""
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
            kind = answer.headers.get_content_type()
        return json.loads(text) if kind == "application/json" else text

    def advance(self, by):
        """Moves time on: `"90s"`."""
        return self.control("POST", "clock", {"advance": by})["now"]

    def faults(self, *rules):
        self.control("POST", "faults", {"rules": list(rules)})

    def settings(self, **changes):
        self.control("POST", "settings", changes)

    def counts(self):
        return self.control("GET", "requests?last=0")["counts"]

    def last_request(self, operation):
        return self.control("GET", f"requests?operation={operation}&last=1")["requests"][-1]
