import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_measurement_prints_a_table_and_keeps_a_line_of_json_for_each_figure(tmp_path: Path) -> None:
    kept = tmp_path / "bench.jsonl"

    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--to", str(kept)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    figures = [json.loads(line) for line in kept.read_text().splitlines()]
    assert {tuple(figure) for figure in figures} == {("name", "value", "unit", "beside", "ratio")}
    assert [figure["name"] for figure in figures if figure["name"] in done.stdout] == [
        "hold",
        "hold_cpu",
        "hold_contended",
        "programme_page",
        "calendar",
        "hold_statements",
        "windows_100k",
        "windows_1m",
        "windows_50",
    ]
