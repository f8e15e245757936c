"""The house rules that a program can check. Each failure names the place; docs/ and CONTRIBUTING.md say why."""

import ast
import re
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "folkmoot"
NOT_OURS = {".git", ".venv", "var", "build", "dist", "node_modules", "__pycache__"}
WRITERS = {"operations", "reactions", "relay"}
WRITES = {"save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete", "update"}
WRITES |= {f"a{name}" for name in WRITES}


def ours(pattern, under=ROOT):
    """Files of the project: not what tools leave behind, hidden or not."""
    return [
        path
        for path in sorted(under.rglob(pattern))
        if path.is_file()
        and not NOT_OURS & set(path.relative_to(ROOT).parts)
        and not any(part.startswith(".") and part.endswith("_cache") for part in path.relative_to(ROOT).parts)
        and ".hypothesis" not in path.parts
    ]


def is_test(path):
    return "tests" in path.relative_to(ROOT).parts or path.name == "conftest.py"


PYTHON = ours("*.py")
SOURCES = [p for p in ours("*.py", PACKAGE) if "migrations" not in p.parts and not is_test(p)]
TESTS = [p for p in PYTHON if is_test(p)]
TEMPLATES = [p for p in ours("*.html", PACKAGE) if "templates" in p.parts]
SCRIPTS = [p for p in ours("*.js", PACKAGE) if "vendor" not in p.parts and not p.name.endswith(".min.js")]


@cache
def text(path):
    return path.read_text(errors="replace")


@cache
def nodes(path):
    return list(ast.walk(ast.parse(text(path))))


def all_of(kind, paths):
    return [(path, node) for path in paths for node in nodes(path) if isinstance(node, kind)]


def place(path, line=None):
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))


def app_of(path):
    """The feature a file belongs to; each door is one of its own: ("doors", "mail")."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:2] if parts[0] == "doors" else parts[:1]


def named(path, names):
    """A module, or a folder of that name once the module has grown past 300 lines."""
    return any(part in names for part in path.relative_to(ROOT).with_suffix("").parts)


def assert_none(offences):
    found = list(offences)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# Sizes


def test_functions_stay_small():
    functions = all_of(ast.FunctionDef | ast.AsyncFunctionDef, SOURCES)
    lengths = {f"{place(p, f.lineno)} {f.name}": f.end_lineno - f.lineno + 1 for p, f in functions}

    assert_none([f"{where}: {lines}" for where, lines in lengths.items() if lines > 40])
    assert median(lengths.values()) <= 8


def test_files_stay_small():
    limits = [(300, SOURCES), (120, TEMPLATES), (100, SCRIPTS)]
    sizes = [(path, len(text(path).splitlines()), limit) for limit, paths in limits for path in paths]

    assert_none([f"{place(path)}: {size} > {limit}" for path, size, limit in sizes if size > limit])


# Who writes


def writes(path):
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            of_a_dict = node.func.attr == "update" and (node.args or not node.keywords)
            if not of_a_dict:
                yield node


def test_only_operations_and_reactions_write():
    """A door writes too: its own letters and queues. The clock claims its ticks. Kit and store know no tables."""
    free = [p for p in SOURCES if named(p, WRITERS) or app_of(p)[0] in {"doors", "kit", "store"}]
    free.append(PACKAGE / "outbox/clock.py")
    offences = [place(p, call.lineno) for p in SOURCES if p not in free for call in writes(p)]

    assert_none(offences)


def test_an_app_writes_only_its_own_tables():
    offences = []
    for path in SOURCES:
        foreign = names_of_foreign_models(path)
        offences += [place(path, call.lineno) for call in writes(path) if root_name(call.func) in foreign]

    assert_none(offences)


def names_of_foreign_models(path):
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and re.fullmatch(r"folkmoot\.(.+)\.models(\..+)?", node.module or ""):
            app = tuple(node.module.split(".")[1:])[: len(app_of(path))]
            found |= {alias.asname or alias.name for alias in node.names} if app != app_of(path) else set()
    return found


def root_name(node):
    """`Post` of Post.objects.filter(...).update."""
    while not isinstance(node, ast.Name):
        node = getattr(node, "value", None) or getattr(node, "func", None)
        if node is None:
            return ""
    return node.id


def test_models_have_no_side_effects_and_no_standing_order():
    models = [p for p in SOURCES if named(p, {"models"})]
    overridden = [
        place(path, node.lineno)
        for path, node in all_of(ast.FunctionDef, models)
        if node.name in {"save", "delete", "full_clean"}
    ]
    orders = [
        place(path, line.lineno)
        for path, node in all_of(ast.ClassDef, models)
        if node.name == "Meta"
        for line in node.body
        if isinstance(line, ast.Assign) and any(getattr(target, "id", "") == "ordering" for target in line.targets)
    ]

    assert_none(overridden + orders)


def test_nobody_listens_to_signals():
    imports = all_of(ast.ImportFrom | ast.Import, SOURCES)
    modules = [(path, node, module) for path, node in imports for module in imported(node)]

    assert_none(
        f"{place(path, node.lineno)} {module}"
        for path, node, module in modules
        if re.search(r"^django\.dispatch|\bsignals\b", module)
    )


def imported(node):
    """Full names of what an import statement brings."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module or ''}.{alias.name}" for alias in node.names]


# Who sees


def test_rows_are_loaded_only_through_a_queryset():
    """get_object_or_404(Topic, …) forgets to ask who is looking."""
    calls = [
        (path, node)
        for path, node in all_of(ast.Call, SOURCES)
        if root_name(node.func) in {"get_object_or_404", "get_list_or_404", "aget_object_or_404"}
    ]

    assert_none(place(path, node.lineno) for path, node in calls if not is_narrowed(node.args[0]))


def is_narrowed(argument):
    """A queryset method was called, here or where the local name comes from."""
    return isinstance(argument, ast.Call) or (isinstance(argument, ast.Name) and argument.id.islower())


# Where things stand


def test_only_store_knows_which_database_it_is():
    """The settings choose it; after that nobody asks."""
    elsewhere = [p for p in SOURCES if app_of(p)[0] != "store" and p != PACKAGE / "config/settings.py"]
    vendors = [place(p, node.lineno) for p, node in all_of(ast.Attribute, elsewhere) if node.attr == "vendor"]
    names = [
        place(path, node.lineno)
        for path in elsewhere
        for node in nodes(path)
        if isinstance(node, ast.Constant)
        and re.search(r"\b(sqlite|sqlite3|postgres|postgresql|psycopg)\b", str(node.value))
        and id(node) not in docstrings(path)
    ]

    assert_none(vendors + names)


@cache
def docstrings(path):
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    first = [node.body[0] for node in nodes(path) if isinstance(node, kinds) and node.body]
    return {id(line.value) for line in first if isinstance(line, ast.Expr)}


def test_imports_inside_functions_say_why():
    offences = []
    for path, function in all_of(ast.FunctionDef | ast.AsyncFunctionDef, PYTHON):
        lines = text(path).splitlines()
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                reason = re.search(r"#(.*)", lines[node.lineno - 2] + lines[node.end_lineno - 1])
                if not reason or "circular" in reason[1]:
                    offences.append(place(path, node.lineno))

    assert_none(offences)


def test_what_we_import_is_on_the_list():
    """What another library happens to bring may go when it does. asgiref is Django's own."""
    declared = {name_of(line) for line in pyproject()["project"]["dependencies"]} | {"asgiref", "folkmoot"}
    brought_by = packages_distributions()
    offences = set()
    for path, node in all_of(ast.Import | ast.ImportFrom, SOURCES):
        relative = isinstance(node, ast.ImportFrom) and node.level
        for module in [] if relative else imported(node):
            distributions = {normal(name) for name in brought_by.get(module.split(".")[0], [])}
            if distributions and not distributions & declared:
                offences.add(f"{place(path, node.lineno)} {module}")

    assert_none(sorted(offences))


def test_names_say_what_a_thing_is():
    empty = re.compile(r"(Manager|Service|Helper|Util|Utils)$")
    offences = [
        place(path, node.lineno)
        for path, node in all_of(ast.ClassDef, SOURCES)
        if empty.search(node.name) and "BaseUserManager" not in ast.unparse(node)  # Django asks for that one
    ]

    assert_none(offences)


# Pages


def test_pages_have_no_inline_script_and_no_inline_style():
    style = re.compile(r"<style\b|\sstyle=", re.I)
    script = re.compile(r"\son[a-z]+=|javascript:|<script\b(?![^>]*(\ssrc=|application/(ld\+)?json))", re.I)
    lines = [(path, number, line) for path in TEMPLATES for number, line in enumerate(text(path).splitlines(), 1)]

    assert_none(
        f"{place(path, number)} {line.strip()}"
        for path, number, line in lines
        if script.search(line) or (style.search(line) and not is_letter(path))
    )


def is_letter(path):
    """Mail programs follow no style sheet."""
    return app_of(path) == ("doors", "mail") and path.stem.endswith("_letter")


# Tests


def test_each_operation_is_tested_beside_it():
    offences = []
    for path in SOURCES:
        if named(path, {"operations"}):
            folder = PACKAGE.joinpath(*app_of(path), "tests")
            tests = "\n".join(
                text(test) for test in TESTS if test.is_relative_to(folder) and test.name != "__init__.py"
            )
            offences += [f"{place(path)} {name}" for name in operations(path) if not re.search(rf"\b{name}\b", tests)]

    assert_none(offences)


def operations(path):
    """Those that open a transaction; what they are made of is tested through them."""
    functions = [node for node in ast.parse(text(path)).body if isinstance(node, ast.FunctionDef)]
    return [one.name for one in functions if not one.name.startswith("_") and "atomic" in ast.unparse(one)]


def test_we_mock_nothing():
    imports = all_of(ast.ImportFrom | ast.Import, TESTS)

    assert_none([place(path, node.lineno) for path, node in imports if "mock" in " ".join(imported(node))])


# The project as a whole


def test_nothing_of_this_machine_is_in_the_project():
    """Nor where packages come from, nor a note to ourselves: what is to be done is done, or stands in an issue."""
    traces = re.compile(
        r"/wor[k]/|/roo[t]/|/opt/(pypi|wheels)|/tmp/bas[h]_|pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)"
        r"|--(extra-)?index-ur[l]|\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b|\bissue #?\d"
    )
    offences = [
        f"{place(path, number)} {line.strip()[:100]}"
        for path in ours("*")
        if path.suffix not in {".woff2", ".png", ".ico", ".mo", ".jpg", ".webp", ".gif"}
        for number, line in enumerate(text(path).splitlines(), 1)
        if traces.search(line)
    ]

    assert_none(offences)


def test_requirements_are_hashed_and_name_no_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        entries = [entry for entry in text(path).replace("\\\n", " ").splitlines() if entry.strip()]

        assert "://" not in text(path), path.name
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == [], path.name


def test_requirements_hold_what_pyproject_asks_for():
    """Whoever changes a dependency runs bin/lock."""
    project = pyproject()
    core, dev = (
        set(re.findall(r"^([\w.-]+)==", text(ROOT / f"requirements/{name}.txt"), re.M)) for name in ("core", "dev")
    )

    assert {name_of(line) for line in project["project"]["dependencies"]} - core == set()
    assert {name_of(line) for line in project["dependency-groups"]["dev"]} - dev == set()
    assert core - dev == set()


def test_each_dependency_says_why_it_is_there():
    lines = [
        line for line in text(ROOT / "pyproject.toml").splitlines() if re.match(r'\s+"[\w.-]+(\[.*\])?[~>=]', line)
    ]

    assert len(lines) >= len(pyproject()["project"]["dependencies"])
    assert_none([line for line in lines if not re.search(r"# \w", line)])


def pyproject():
    return tomllib.loads(text(ROOT / "pyproject.toml"))


def name_of(requirement):
    return normal(re.match(r"[\w.-]+", requirement)[0])


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_setting_is_documented():
    settings = set(re.findall(r'\b(?:knob|_host_port)\(\s*"([A-Z_]+)"', text(PACKAGE / "config/settings.py")))
    named_outright = {name for path in SOURCES for name in re.findall(r"FOLKMOOT_([A-Z_]*[A-Z])\b", text(path))}
    guides = [path for path in (ROOT / "README.md", ROOT / "docs/guides/settings.md") if path.exists()]
    documented = {name for path in guides for name in re.findall(r"FOLKMOOT_([A-Z_]*[A-Z])\b", text(path))}

    assert settings
    assert_none(sorted((settings | named_outright) - {"NAME"} - documented))


def test_links_in_our_documents_lead_somewhere():
    documents = [(path, re.sub(r"(?s)```.*?```|`[^`]*`", "", text(path))) for path in ours("*.md")]
    links = [(path, link) for path, words in documents for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", words)]
    local = [(path, link) for path, link in links if not re.match(r"[a-z]+:", link)]

    assert_none(f"{place(path)}: {link}" for path, link in local if not (path.parent / link).exists())
