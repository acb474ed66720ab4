"""What is committed reads well on another machine: no paths of this one, nothing left to do."""

import re
import subprocess

import pytest

from tests.served import ROOT

#: A signed number that is not told to print nothing without a sign: +z does.
NEGATIVE_NOTHING = re.compile(r":\+,?\.\d")
LONGEST_TEXT = 2_000_000
NOT_OURS = {".venv", ".spark", ".git", "__pycache__", "workspace"}
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(?:home|root|work|Users|mnt|srv)/[\w.]+|[A-Z]:\\Users\\")
LEFT_TO_DO = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")


def committed() -> list[str]:
    """Files that git knows or would add; in a bare copy without git, all but the hidden ones."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = filter(None, listed.stdout.split("\0"))
    else:
        names = (
            p.relative_to(ROOT).as_posix()
            for p in ROOT.rglob("*")
            if not {".venv", ".spark", ".git", "__pycache__", "workspace"}
            & set(p.relative_to(ROOT).parts)
        )
    return sorted(name for name in names if (ROOT / name).is_file())


def text_of(name: str) -> str | None:
    content = (ROOT / name).read_bytes()
    if len(content) > LONGEST_TEXT or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


TEXTS = {name: text for name in committed() if (text := text_of(name)) is not None}


def found(pattern: re.Pattern) -> list[str]:
    return [
        f"{name}:{number}: {match.group()}"
        for name, text in TEXTS.items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def test_texts_are_read():
    assert {"README.md", "Makefile", "app.py"} <= set(TEXTS)


def test_no_path_of_a_machine_is_committed():
    assert found(MACHINE_PATH) == []


def test_nothing_is_left_to_do():
    assert found(LEFT_TO_DO) == []


def test_no_signed_number_is_printed_as_a_nothing_below_nothing():
    in_code = [line for line in found(NEGATIVE_NOTHING) if line.split(":")[0].endswith(".py")]
    assert in_code == []
    assert NEGATIVE_NOTHING.search('f"{low:' + '+.1f}"')


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("see /home/" + "anna/data", True),
        ("/work" + "/main/app.py", True),
        ("C:\\Users" + "\\anna", True),
        ("https://example.org/home/page", False),
        ("tests/work/x", False),
        ("/usr/bin/chromium", False),
    ],
)
def test_machine_path_is_told_from_other_paths(line, is_one):
    assert bool(MACHINE_PATH.search(line)) == is_one


def test_every_make_command_named_in_the_texts_exists():
    targets = set(re.findall(r"^([a-z]+):", TEXTS["Makefile"], re.MULTILINE))
    for name in ("README.md", "docs/decisions.md", "CONTRIBUTING.md"):
        commands = re.findall(r"(?:^|`)make ([a-z]+)", TEXTS.get(name, ""), re.MULTILINE)
        assert set(commands) <= targets, name
    assert re.search(r"make app", TEXTS["README.md"])


def test_every_command_line_module_named_in_the_readme_exists():
    for module in re.findall(r"python -m (\w+)", TEXTS["README.md"]):
        assert (ROOT / module / "__main__.py").exists(), module


def test_every_shipped_recipe_is_named_in_the_readme():
    shipped = sorted(p.stem for p in (ROOT / "warehouse" / "recipes").glob("*.yaml"))
    assert shipped
    assert [name for name in shipped if f"`{name}`" not in TEXTS["README.md"]] == []


def test_every_dependency_has_its_reason_in_the_decisions():
    asked_for = re.findall(r"^[a-z][\w-]*", TEXTS["requirements.in"], re.MULTILINE)
    assert asked_for
    reasons = "\n".join(
        line for line in TEXTS["docs/decisions.md"].splitlines() if line.startswith("| ")
    )
    assert [name for name in asked_for if not re.search(rf"\b{name}\b", reasons)] == []


def test_every_file_the_documents_link_to_exists():
    for name in [n for n in TEXTS if n.endswith(".md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", TEXTS[name]):
            assert ((ROOT / name).parent / target).exists(), f"{name} links to {target}"


def test_every_make_target_says_what_it_does():
    # `make help` prints these lines; a target a person may type has one.
    phony = re.search(r"^\.PHONY: (.+)$", TEXTS["Makefile"], re.MULTILINE).group(1).split()
    described = set(re.findall(r"^([a-z]+):.*## \S", TEXTS["Makefile"], re.MULTILINE))
    assert set(phony) - described == {"environment", "workspace", "chromium"}
