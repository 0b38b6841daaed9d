"""A page on which a person steers in a dream."""

import base64
import http.server
import io
import json
import pathlib

import numpy as np
import PIL.Image

PAGE = pathlib.Path(__file__).with_name("play.html")
LARGEST = 10_000  # bytes of a request
HOTTEST = 3.0  # temperature of the slider


class Play:
    """One dream, steered from outside.

    Args:
        dream: A `kgz.environments.Dream` that renders.
        tics: Frames of the game that a step stands for.
    """

    def __init__(self, dream, tics: int = 1):
        self.dream, self.tics = dream, tics
        self.begin()

    def begin(self) -> dict:
        """Begins a dream; returns what the page shows."""
        self.dream.reset()
        self.time, self.over = 0, False
        return self._shown()

    def step(self, action, temperature) -> dict:
        """One step; returns what the page shows. Nothing happens after the end.

        Args:
            action: From -1, to the left, to 1, to the right.
            temperature: Of this step, above 0 and at most 3.

        Raises:
            ValueError: If one of them is no such number.
        """
        for name, value, low, high in (
            ("action", action, -1.0, 1.0),
            ("temperature", temperature, 0.01, HOTTEST),
        ):
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not low <= value <= high:
                raise ValueError(
                    f"Expected `{name}` to be a number from {low:g} to {high:g}. "
                    f"Received: {value!r}"
                )
        if not self.over:
            self.dream.temperature = temperature
            _, _, ended, cut, _ = self.dream.step(np.array([action], "float32"))
            self.time, self.over = self.time + self.tics, ended or cut
        return self._shown()

    def _shown(self):
        file = io.BytesIO()
        PIL.Image.fromarray(self.dream.render()).save(file, "png")
        frame = base64.b64encode(file.getvalue()).decode()
        return {"frame": f"data:image/png;base64,{frame}", "time": self.time, "over": self.over}


def server(play: Play, port: int = 8000, host: str = "127.0.0.1"):
    """A server of the page, for one player: `GET /`, `POST /begin` and `POST /step`.

    The last takes JSON, `{"action": 1, "temperature": 1.15}`. What is wrong is answered with 400
    and a sentence.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/":
                self._answer(200, "text/html; charset=utf-8", PAGE.read_text("utf-8"))
            else:
                self._answer(404, "text/plain", "Expected the address /.")

        def do_POST(self):
            steps = {"/begin": play.begin, "/step": lambda: play.step(**self._numbers())}
            if self.path not in steps:
                self._answer(404, "text/plain", "Expected /begin or /step.")
                return
            try:
                self._answer(200, "application/json", json.dumps(steps[self.path]()))
            except ValueError as error:
                self._answer(400, "text/plain", str(error))

        def _numbers(self):
            size = int(self.headers.get("Content-Length") or 0)
            found = json.loads(self.rfile.read(min(size, LARGEST)))
            if not isinstance(found, dict) or found.keys() != {"action", "temperature"}:
                raise ValueError(f"Expected an action and a temperature. Received: {found!r}")
            return found

        def _answer(self, status, kind, text):
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            """Says nothing: there are ten requests in a second."""

    # One request after another: there is one dream.
    return http.server.HTTPServer((host, port), Handler)
