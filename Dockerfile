# Airflow with Aftercare, built from the lock: the same versions and hashes as the demo and the tests.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 50000 --create-home --home-dir /opt/aftercare aftercare

WORKDIR /opt/aftercare/project
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY --chown=aftercare pyproject.toml README.md LICENSE ./
COPY --chown=aftercare plugins ./plugins
COPY --chown=aftercare dags ./dags
COPY --chown=aftercare include ./include
COPY --chown=aftercare expectations ./expectations
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && install -d -o aftercare /opt/aftercare/exchange /opt/aftercare/docs /opt/aftercare/state \
        /opt/aftercare/airflow/logs

USER aftercare
ENV AIRFLOW_HOME=/opt/aftercare/airflow PYTHONUNBUFFERED=1
