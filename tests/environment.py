"""Loaded before Django: the environment in which the tests run."""

import atexit
import gc
import os
import shutil
import tempfile

os.environ["DEMO"] = "1"
if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="smarketing-tests-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
os.makedirs(os.path.join(os.environ["VAR_DIR"], "static"), exist_ok=True)  # whitenoise warns where there is none
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs a loop in the thread of the tests
gc.set_threshold(100_000, 50, 100)  # a twentieth of the time of the tests went into looking for cycles
