"""The page on which a person steers in a dream, asked as a browser does."""

import base64
import io
import json
import re
import threading
import urllib.error
import urllib.request

import numpy as np
import PIL.Image
import pytest

from tests.applications.loading import load

play = load("world_models", "play")


class Hall:
    """Stands in for a dream: as bright as the way that was gone to the right, over at the wall."""

    def reset(self):
        self.place, self.temperature = 3, None

    def step(self, action):
        assert action.shape == (1,)
        self.place += int(np.sign(action[0]))
        return {}, 1.0, self.place >= 5, False, {}

    def render(self):
        return np.full((64, 64, 3), 50 * self.place, "uint8")


@pytest.fixture
def page():
    """Asks the server: `page(path, body)` gives status, type of the content, and content."""
    hall = Hall()
    with play.server(play.Play(hall, tics=4), port=0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()

        def ask(path, body=None):
            address = f"http://127.0.0.1:{server.server_port}{path}"
            try:
                with urllib.request.urlopen(address, body, timeout=10) as answer:
                    return answer.status, answer.headers["Content-Type"], answer.read()
            except urllib.error.HTTPError as error:
                return error.code, error.headers["Content-Type"], error.read()

        ask.hall = hall
        yield ask
        server.shutdown()
        thread.join(10)


def brightness(shown):
    kind, _, data = shown["frame"].partition(",")
    assert kind == "data:image/png;base64"
    image = PIL.Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.size == (64, 64)
    return image.getpixel((0, 0))[0]


def step(page, action, temperature=1.15):
    body = json.dumps({"action": action, "temperature": temperature}).encode()
    status, _, content = page("/step", body)
    assert status == 200, content
    return json.loads(content)


def test_a_dream_is_steered_to_its_end_and_begun_anew(page):
    assert brightness(json.loads(page("/begin", b"{}")[2])) == 150
    shown = step(page, -1, 0.5)
    assert (brightness(shown), shown["time"], shown["over"]) == (100, 4, False)
    assert page.hall.temperature == 0.5
    for _ in range(3):
        shown = step(page, 1)
    assert (brightness(shown), shown["time"], shown["over"]) == (250, 16, True)
    assert step(page, 1) == shown  # nothing happens after the end
    shown = json.loads(page("/begin", b"{}")[2])
    assert (brightness(shown), shown["time"], shown["over"]) == (150, 0, False)


def test_the_page_asks_for_what_the_server_has(page):
    status, kind, content = page("/")
    assert status == 200 and kind.startswith("text/html")
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
        (b'{"action": 0}', "an action and a temperature"),
        (b"[1]", "an action and a temperature"),
        (b"nothing", "Expecting value"),
    ],
)
def test_bad_requests_are_answered_in_words(page, body, message):
    status, _, content = page("/step", body)
    assert status == 400
    assert re.search(message, content.decode())
    assert step(page, 0)["time"] == 4  # and it goes on


def test_other_addresses_are_not_there(page):
    assert page("/../settings.py")[0] == 404
    assert page("/nothing", b"{}")[0] == 404
