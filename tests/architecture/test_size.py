"""One concept a file, one thought a function."""

import statistics

from tests.architecture.source import REPOSITORY, files, functions

MOST_LINES_A_FILE = 250
MOST_LINES_A_FUNCTION = 50
USUAL_LINES_A_FUNCTION = 8


def test_no_file_is_long() -> None:
    lengths = {file: len(file.read_text("utf-8").splitlines()) for file in files()}
    assert len(lengths) > 200
    assert [
        f"{file.relative_to(REPOSITORY)} has {lines} lines"
        for file, lines in lengths.items()
        if lines > MOST_LINES_A_FILE
    ] == []


def test_no_function_is_long() -> None:
    assert [str(each) for each in functions() if each.lines > MOST_LINES_A_FUNCTION] == []


def test_most_functions_are_short() -> None:
    product = [each.lines for each in functions() if "tests" not in each.file.parts]
    assert statistics.median(product) <= USUAL_LINES_A_FUNCTION
