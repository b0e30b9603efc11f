"""Loaded before Django: the environment in which the tests run."""

import os
import tempfile

os.environ["DEMO"] = "1"
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="smarketing-tests-"))
os.makedirs(os.path.join(os.environ["VAR_DIR"], "static"), exist_ok=True)  # whitenoise warns where there is none
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs a loop in the thread of the tests
