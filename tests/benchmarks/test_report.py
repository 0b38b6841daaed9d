import runpy
import subprocess

import pytest

from tests.benchmarks.conftest import ROOT


def test_sides_take_turns_and_ratios_are_taken_within_rounds():
    import report

    calls, seconds = [], {"a": iter((1.0, 4.0, 2.0)), "b": iter((2.0, 2.0, 6.0))}

    def side(name):
        calls.append(name)
        return {"processor_seconds": next(seconds[name])}

    records = report.in_turns({"a": lambda: side("a"), "b": lambda: side("b")}, 3)
    assert calls == ["a", "b", "b", "a", "a", "b"]
    assert report.ratios(records, "b", "a") == {"median": 2.0, "low": 0.5, "high": 3.0}


def test_numbers_are_written_with_their_range():
    import report

    assert report.in_words(report.spread([3.0, 1000.0, 1.0]), 1) == "3.0 (1.0 to 1,000.0)"


def test_results_are_written_with_where_they_come_from(tmp_path, monkeypatch):
    import report

    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(report, "machine", lambda: {"kind": "avx2"})
    monkeypatch.setattr("sys.orig_argv", ["python", "benchmarks/x.py", "--rounds", "3"])
    written = report.write("x", {"ratio": 2.0})
    assert written["command"] == "benchmarks/x.py --rounds 3" and written["ratio"] == 2.0
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["x_avx2.json"]


def test_results_do_not_make_a_commit_another(tmp_path):
    """The second benchmark of several is of the same commit as the first."""
    import report

    folder = tmp_path / "benchmarks"
    (folder / "results").mkdir(parents=True)
    files = folder / "results" / "x.json", folder / "x.py", tmp_path / "library.py"
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    for file in files:
        file.write_text("1")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    files[0].write_text("2")
    clean = report._commit(folder)
    assert len(clean) >= 7 and "dirty" not in clean
    for file in files[1:]:
        file.write_text("2")
        assert report._commit(folder) == f"{clean}-dirty"
        file.write_text("1")
    assert report._commit(tmp_path.parent / "nowhere") == "unknown"


@pytest.mark.parametrize(
    "name", ["steps", "fit", "sampling", "metrics", "memory", "quality", "growth"]
)
def test_the_page_has_a_table_of_each_kind_of_result(name):
    """Its rows have as many cells as it has columns; so have those of a measured result."""
    tables = runpy.run_path(str(ROOT / "tools/performance_table.py"))
    (table,) = (one for one in tables["TABLES"] if one.name == f"table of {name}")
    lines = table.text().splitlines()
    widths = {line.count("|") for line in lines if line.startswith("|")}
    assert widths == {len(table.columns) + 1}
    page = (ROOT / "docs/performance.md").read_text()
    assert page.count(table.text()) == 1
