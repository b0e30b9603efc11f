PY := .venv/bin/python
PYTEST_ARGS ?=
# Some machines forbid bytecode; each of many processes would then compile the whole portal at its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test lint fmt backup restore move documents migrations lock messages clean runtime development

help:
	@echo "make run        the demonstration on http://127.0.0.1:8000/ (PORT=8001 for another)"
	@echo "make test       all tests, on SQLite and on PostgreSQL (PYTEST_ARGS='-k word' for some)"
	@echo "make lint       every check that is not a test"
	@echo "make backup     the database and the files in one archive (TO=folder, KEEP=14 for the newest only)"
	@echo "make restore    FROM=archive.zip brings it back (OVER=1 in place of the data that are here)"
	@echo "make move       FROM=file.sqlite3 into the empty PostgreSQL of DATABASE_URL"
	@echo "make fmt        format the code"
	@echo "make documents  write the documents that are made from the code (access, rooms, states)"
	@echo "make migrations write the first migrations anew from the models (until the first release)"
	@echo "make messages   bring the translations up to date with the source"
	@echo "make lock       choose the versions of all packages anew (UPGRADE=1 for the newest)"
	@echo "make clean      remove what was built; data in var/ stays"

run: runtime
	@exec $(PY) setup/demo.py

test: development
	@sh setup/packages
	@$(PY) setup/with_services.py -- $(PY) setup/both_databases.py $(PYTEST_ARGS)

lint: development
	@sh setup/lint

backup: runtime
	@$(PY) manage.py backup $(if $(TO),--to "$(TO)") $(if $(KEEP),--keep "$(KEEP)")

restore: runtime
	@$(PY) manage.py restore "$(or $(FROM),$(error Say which archive: make restore FROM=archive.zip))" $(if $(OVER),--over)

move: runtime
	@$(PY) manage.py move_to_postgres "$(or $(FROM),$(error Say which file: make move FROM=file.sqlite3))"

fmt: development
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .

documents: development
	@$(PY) setup/documents.py

migrations: development
	@$(PY) setup/migrations.py

messages: development
	@$(PY) setup/translations.py update
	@$(PY) setup/translations.py compile

lock: development
	@for name in requirements requirements-dev; do \
		$(PY) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
			$(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt || exit 1; \
	done
	@! grep -n '://' requirements.txt requirements-dev.txt || { echo "A lock file names an address."; exit 1; }

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	rm -rf var/static var/static.key
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

runtime:
	@python=$$(sh setup/python) && "$$python" setup/install.py requirements.txt
	@$(PY) setup/translations.py compile

development:
	@python=$$(sh setup/python) && "$$python" setup/install.py requirements-dev.txt
	@$(PY) setup/translations.py compile
