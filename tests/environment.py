"""Loaded before Django: the environment in which the tests run."""

import os
import tempfile

os.environ["DEMO"] = "1"
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="smarketing-tests-"))
