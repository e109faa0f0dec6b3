# The service as an image; docs/operations.md tells how it is run.
#
#   docker build --tag idip .
#
# The base is named by its tag, so that every build takes the newest patches of Python and Debian.
# A build that can be repeated names the digest too, which the second command shows:
#
#   docker build --build-arg BASE=python:3.13-slim-trixie@sha256:… --tag idip .
#   docker buildx imagetools inspect python:3.13-slim-trixie
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build

# Another package index, where the usual one is out of reach; by their hashes the packages are the same.
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /source
COPY requirements/build.lock requirements/run.lock requirements/

# Without pip in it: what serves installs nothing.
RUN python -m venv --without-pip /opt/idip \
    && python -m pip --python /opt/idip/bin/python install \
        --require-hashes --only-binary :all: --requirement requirements/run.lock \
    && python -m pip install \
        --require-hashes --only-binary :all: --requirement requirements/build.lock

COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
RUN python -m pip wheel --no-deps --no-build-isolation --no-index --wheel-dir wheel . \
    && python -m pip --python /opt/idip/bin/python install --no-deps --no-index wheel/*.whl


FROM ${BASE}

LABEL org.opencontainers.image.title="idip" \
    org.opencontainers.image.description="Who is calling, what are they worth, what should we do now" \
    org.opencontainers.image.licenses="Apache-2.0"

# A name as well as a number: the embedded PostgreSQL knows its users by name.
RUN groupadd --gid 10001 idip \
    && useradd --uid 10001 --gid idip --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin idip \
    && install --directory --owner=idip --group=idip --mode=0700 /var/lib/idip

COPY --from=build /opt/idip /opt/idip

# Nothing is imported from the folder a process happens to be in, and nothing is written beside code.
ENV PATH=/opt/idip/bin:$PATH \
    IDIP_DATA_DIR=/var/lib/idip \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1

# By number: an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /
EXPOSE 8000

# Whether it lives, not whether it is ready: a lost database is no reason to start it anew. Migrations
# come before the first answer, so the start is given time.
HEALTHCHECK --start-period=10m --interval=10s --timeout=3s --retries=3 CMD [ \
    "python", "-I", "-c", \
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=2); c.request('GET', '/livez'); raise SystemExit(c.getresponse().status != 200)" ]

# Needs an init as process 1 (`--init`, or `init: true`) that buries what the embedded server leaves.
ENTRYPOINT ["idip"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
