"""The page on which a person steers in a dream, asked as a browser does."""

import base64
import contextlib
import io
import json
import re
import socket
import threading
import types
import urllib.error
import urllib.request

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from tests.applications.loading import load

play = load("world_models", "play")


class Hall:
    """Stands in for a dream: as bright as the way that was gone to the right, over at the wall."""

    action_space = types.SimpleNamespace(shape=(1,))
    metadata = {"render_fps": 40}

    def reset(self):
        self.place, self.temperature = 3, None

    def step(self, action):
        assert action.shape == (1,)
        self.place += int(np.sign(action[0]))
        return {}, 1.0, self.place >= 5, False, {}

    def render(self):
        return np.full((64, 64, 3), 50 * self.place, "uint8")


class Page:
    """Asks a server as a browser does."""

    def __init__(self, port):
        self.port = port

    def __call__(self, path, body=None, method=None):
        """Status, headers and content of the answer."""
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(address, body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def raw(self, request):
        """What is answered to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@contextlib.contextmanager
def served(dream):
    with play.server(play.Play(dream, tics=4), port=0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield Page(server.server_port)
        server.shutdown()
        thread.join(10)


@pytest.fixture
def hall():
    return Hall()


@pytest.fixture
def page(hall):
    with served(hall) as page:
        yield page


def frame(shown):
    kind, _, data = shown["frame"].partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(data))))


def brightness(shown):
    assert frame(shown).shape == (64, 64, 3)
    return frame(shown)[0, 0, 0]


def step(page, action, temperature=1.15):
    body = json.dumps({"action": action, "temperature": temperature}).encode()
    status, _, content = page("/step", body)
    assert status == 200, content
    return json.loads(content)


def test_a_dream_is_steered_to_its_end_and_begun_anew(page, hall):
    assert brightness(json.loads(page("/begin", b"{}")[2])) == 150
    shown = step(page, -1, 0.5)
    assert (brightness(shown), shown["time"], shown["over"]) == (100, 4, False)
    assert shown["pace"] == 100.0  # 4 tics at 40 in a second
    assert hall.temperature == 0.5
    for _ in range(3):
        shown = step(page, 1)
    assert (brightness(shown), shown["time"], shown["over"]) == (250, 16, True)
    assert step(page, 1) == shown  # nothing happens after the end
    shown = json.loads(page("/begin", b"{}")[2])
    assert (brightness(shown), shown["time"], shown["over"]) == (150, 0, False)


def test_the_page_asks_for_what_the_server_has(page):
    status, headers, content = page("/")
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    text = content.decode()
    for word in ('"/begin"', '"/step"', "ArrowLeft", "ArrowRight", "temperature"):
        assert word in text
    assert f'max="{play.HOTTEST:g}"' in text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"action": 2, "temperature": 1}', "`action` to be a number from -1 to 1. Received: 2"),
        (b'{"action": true, "temperature": 1}', "`action` .* Received: True"),
        (b'{"action": 0, "temperature": 0}', "`temperature` to be a number from 0.01 to 3"),
        (b'{"action": 0, "temperature": NaN}', "`temperature` .* Received: nan"),
        (b'{"action": 0}', "Expected JSON such as {\"action\".* Received: {'action': 0}"),
        (b"[1]", r"Expected JSON .* Received: \[1\]"),
        (b"nothing", "Expected JSON .* Received: b'nothing'"),
        (b"\xff", "Expected JSON"),
        (b"", "Expected JSON"),
        (b"[" * 9000, "Expected JSON"),
        (b" " * 10_001, "`Content-Length` from 0 to 10000. Received: 10001"),
    ],
)
def test_bad_requests_are_answered_in_words(page, body, message):
    status, _, content = page("/step", body)
    assert status == 400
    assert re.search(message, content.decode())
    assert step(page, 0)["time"] == 4  # and it goes on


@pytest.mark.parametrize("length", [b"-1", b"many"])
def test_a_length_that_is_none_is_not_waited_for(page, length):
    answer = page.raw(b"POST /step HTTP/1.0\r\nContent-Length: " + length + b"\r\n\r\n{}")
    assert b" 400 " in answer and b"Received: " + length in answer


def test_a_connection_that_asks_nothing_does_not_hold_up_others(page):
    with socket.create_connection(("127.0.0.1", page.port)):
        assert step(page, 0)["time"] == 4


def test_other_addresses_are_not_there(page):
    assert page("/../settings.py")[0] == 404
    assert page("/nothing", b"{}")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/step", "POST"), ("POST", "/", "GET"), ("PUT", "/step", "POST")]
    + [(method, "/begin", "POST") for method in ("PATCH", "DELETE", "OPTIONS", "HEAD")],
)
def test_other_methods_are_refused(page, method, path, allowed):
    status, headers, content = page(path, method=method)
    assert (status, headers["Allow"]) == (405, allowed)
    words = f"Expected {allowed} {path}. Received: {method}"
    assert content.decode() == ("" if method == "HEAD" else words)


def test_what_needs_more_than_two_keys_is_refused(hall):
    hall.action_space = types.SimpleNamespace(shape=(3,))
    with pytest.raises(ValueError, match=r"one number.*Received: actions of shape \(3,\)"):
        play.Play(hall)


def test_a_memory_dreams_what_is_shown():
    pytest.importorskip("gymnasium", reason="needs the extra world-models")
    vision = kgz.models.WorldModelVAE(latent_dim=2, filters=1, seed=0)
    memory = kgz.models.MDNRNN(latent_dim=2, units=3, steps=5, seed=0)
    frames = np.zeros((4, 64, 64, 3), "uint8")
    dream = kgz.environments.Dream(
        vision, memory, frames, time_limit=2, render_mode="rgb_array", reward=4.0
    )
    with served(dream) as page:
        first = frame(step(page, 1, 0.5))
        assert dream.temperature == 0.5
        np.testing.assert_array_equal(first, dream.render())
        last = step(page, -1)
        assert last["over"] and last["time"] <= 8
        np.testing.assert_array_equal(frame(last), dream.render())
        assert not json.loads(page("/begin", b"{}")[2])["over"]
