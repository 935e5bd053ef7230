# One image for every Airflow service and for the `outreach` commands. Everything comes from uv.lock; no tool stays in it.

FROM python:3.11-slim AS build
ENV UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/outreach/.venv
RUN pip install --no-cache-dir "uv>=0.8,<1"
WORKDIR /opt/outreach
# the libraries first: they change more rarely than the code, so this layer is built rarely
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY dags ./dags
COPY expectations ./expectations
COPY linkage ./linkage
COPY pipeline ./pipeline
COPY sql ./sql
RUN uv sync --frozen --no-dev

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home --home-dir /home/outreach outreach \
    # named volumes take over the owner of these folders, so that a process without rights can write to them
    && install -d -o outreach -g outreach -m 0700 /var/lib/outreach/home /var/lib/outreach/out /var/lib/airflow \
        /var/lib/airflow/logs \
    && install -d -o outreach -g outreach /var/lib/outreach/deliveries
COPY --from=build /opt/outreach /opt/outreach
COPY bin/container-entrypoint /usr/local/bin/container-entrypoint
ENV PATH=/opt/outreach/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OUTREACH_HOME=/var/lib/outreach/home \
    OUTREACH_OUT=/var/lib/outreach/out \
    OUTREACH_DELIVERIES=/var/lib/outreach/deliveries \
    AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/outreach/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False
USER 10001
WORKDIR /var/lib/outreach
# the image of itself runs `outreach` commands; each Airflow service has a health check of its own in docker-compose.yml
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s CMD ["outreach", "--help"]
ENTRYPOINT ["container-entrypoint"]
CMD ["outreach", "--help"]
