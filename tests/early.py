"""Loaded by pytest before the settings are (see addopts in pyproject.toml), in each process of a run."""

import atexit
import os
import shutil
import tempfile

# Nobody's own installation is touched, and nobody's own settings change what a test sees.
for name in [name for name in os.environ if name.startswith("FOLKMOOT_") and name != "FOLKMOOT_DATABASE_URL"]:
    del os.environ[name]
os.environ["FOLKMOOT_HOME"] = tempfile.mkdtemp(prefix="folkmoot-test-")
atexit.register(shutil.rmtree, os.environ["FOLKMOOT_HOME"], ignore_errors=True)
