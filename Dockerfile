# Two stages: the first one builds the wheel and installs it, the second one only runs it.
# `make image-steps` goes through these lines without Docker.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/digestbot && \
    python -m pip --python /opt/digestbot/bin/python install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY src src
RUN python -m pip --python /opt/digestbot/bin/python install --no-cache-dir --no-deps . && \
    find /opt/digestbot -type d -name tests -prune -exec rm -r {} +

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data digestbot && install -d -o digestbot /data
COPY --from=build /opt/digestbot /opt/digestbot
ENV PATH=/opt/digestbot/bin:$PATH PYTHONUNBUFFERED=1 DIGESTBOT_DATA_DIR=/data
# A number, by which Kubernetes can tell that it is not root.
USER 10001
WORKDIR /data
VOLUME /data
# The running bot touches a file every half minute; an old one means that it hangs.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["digestbot", "healthy"]
ENTRYPOINT ["digestbot"]
CMD ["run"]
