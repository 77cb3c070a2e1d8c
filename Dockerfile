# One image for web, worker, beat and the preparation before a release.
FROM python:3.13-slim-bookworm AS packages
COPY requirements.lock /tmp/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/requirements.lock

FROM python:3.13-slim-bookworm
# Pango draws PDFs; libharfbuzz-subset embeds fonts quickly.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --user-group --home-dir /srv/portal portal \
 && install -d -o portal -g portal /srv/portal /srv/portal/data /srv/portal/media /srv/portal/static
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/srv/portal/data \
    MEDIA_ROOT=/srv/portal/media \
    STATIC_ROOT=/srv/portal/static
USER root
RUN python -c "from pathlib import Path; from portal.launch import compile_translations as c; c(Path('locale'))"
USER portal
# Collecting files asks no server; the address is one that is never called.
RUN DEMO=true DATABASE_URL=postgresql://nobody@localhost/none python manage.py collectstatic --noinput \
 && rm -f /srv/portal/data/*
EXPOSE 8000
# Sync workers with threads; WEB_CONCURRENCY sets their number.
CMD ["gunicorn", "portal.wsgi", "--bind=0.0.0.0:8000", "--threads=4", "--worker-tmp-dir=/dev/shm", \
     "--no-control-socket", "--config=python:portal.web_server"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "/app/deploy/probe.py"]
