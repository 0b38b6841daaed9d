"""The Python of guide pages that show code whole runs, block after block."""

import pathlib
import re

import pytest

GUIDE = pathlib.Path(__file__).parents[2] / "docs" / "guide"


@pytest.mark.parametrize("page", ["add-a-model.md", "world_models.md"])
def test_the_snippets_run(page, tmp_path, monkeypatch):
    if page == "world_models.md":
        pytest.importorskip("gymnasium", reason="needs the extra world-models")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", (GUIDE / page).read_text(), re.S | re.M)
    assert blocks
    names = {"__name__": page}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
