"""Trying models in parts: a process keeps some memory of each graph that it has compiled."""

from tests.conformance.spec import GUESTS, SPECS


def pytest_collection_modifyitems(config, items):
    if config.getoption("--part") is None:
        return
    part, parts = map(int, config.getoption("--part").split("/"))
    ours = (*SPECS, *GUESTS)[part - 1 :: parts]

    def is_ours(item):
        spec = getattr(item, "callspec", None) and item.callspec.params.get("spec")
        return part == 1 if spec is None else spec in ours

    config.hook.pytest_deselected(items=[item for item in items if not is_ours(item)])
    items[:] = [item for item in items if is_ours(item)]
