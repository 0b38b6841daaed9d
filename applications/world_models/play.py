"""A page on which a person steers in a dream."""

import base64
import concurrent.futures
import http.server
import io
import json
import pathlib

import numpy as np
import PIL.Image

PAGE = pathlib.Path(__file__).with_name("play.html")
LARGEST = 10_000  # bytes of a request
PATIENCE = 10  # seconds that a connection may say nothing
HOTTEST = 3.0  # temperature of the slider


class Play:
    """One dream, steered from outside.

    Args:
        dream: A `kgz.environments.Dream` that renders.
        tics: Frames of the game that a step stands for.

    Raises:
        ValueError: If the dream is steered by more than one number.
    """

    def __init__(self, dream, tics: int = 1):
        if dream.action_space.shape != (1,):
            raise ValueError(
                "Expected a dream that is steered by one number, to the left or to the right, as "
                f"those of Doom are. Received: actions of shape {dream.action_space.shape}"
            )
        self.dream, self.tics = dream, tics
        self.pace = 1000 * tics / dream.metadata["render_fps"]
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
            temperature: Of this step, from 0.01 to 3.

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
        return {
            "frame": f"data:image/png;base64,{frame}",
            "time": self.time,
            "over": self.over,
            "pace": self.pace,  # milliseconds that a step takes in the game
        }


def server(play: Play, port: int = 8000, host: str = "127.0.0.1"):
    """A server of the page, for one player: `GET /`, `POST /begin` and `POST /step`.

    The last takes JSON, `{"action": 1, "temperature": 1.15}`. What is wrong is answered with 400,
    404 or 405 and a sentence.
    """
    # One dream, one thread: what TensorFlow prepares for a thread is not prepared again.
    alone = concurrent.futures.ThreadPoolExecutor(1)

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = PATIENCE
        disable_nagle_algorithm = True  # headers and content are written apart

        def _answer(self):
            answers = {
                "/": ("GET", self._page),
                "/begin": ("POST", self._begin),
                "/step": ("POST", self._step),
            }
            if self.path not in answers:
                self._send(404, f"Expected one of {', '.join(answers)}. Received: {self.path}")
                return
            method, answer = answers[self.path]
            if self.command != method:
                words = f"Expected {method} {self.path}. Received: {self.command}"
                self._send(405, words, Allow=method)
                return
            try:
                answer()
            except ValueError as error:
                self._send(400, str(error))

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815

        def _page(self):
            self._send(200, PAGE.read_text("utf-8"), "text/html; charset=utf-8")

        def _begin(self):
            self._show(play.begin)

        def _step(self):
            self._show(play.step, **_numbers(self._content()))

        def _show(self, function, **numbers):
            shown = alone.submit(function, **numbers).result()
            self._send(200, json.dumps(shown), "application/json")

        def _content(self):
            size = self.headers.get("Content-Length", "0")
            if not size.isdecimal() or int(size) > LARGEST:
                raise ValueError(
                    f"Expected a `Content-Length` from 0 to {LARGEST}. Received: {size}"
                )
            return self.rfile.read(int(size))

        def _send(self, status, text, kind="text/plain; charset=utf-8", **headers):
            content = text.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *arguments):
            """Says nothing: there are ten requests in a second."""

    # Threads, since browsers open connections ahead of time, on which nothing is asked.
    return http.server.ThreadingHTTPServer((host, port), Handler)


def _numbers(content):
    """The arguments of a step, from JSON."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = content[:100]
    if not isinstance(found, dict) or found.keys() != {"action", "temperature"}:
        raise ValueError(
            'Expected JSON such as {"action": 1, "temperature": 1.15}. '
            f"Received: {str(found)[:100]}"
        )
    return found
