# The first stage installs; the second one, of the same Debian, only runs: it has Python, but no shell and no tools.
# `make image-steps` goes through these lines without Docker, and tells what they come to.
FROM debian:13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends binutils ca-certificates python3-pip python3-venv && \
    install -d -o 10001 -g 10001 /data
WORKDIR /src
COPY requirements.lock ./
RUN python3 -m venv --without-pip /opt/digestbot && \
    python3 -m pip --python /opt/digestbot/bin/python install --no-cache-dir --no-compile --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY src src
RUN python3 -m pip --python /opt/digestbot/bin/python install --no-cache-dir --no-compile --no-deps . && \
    find /opt/digestbot -type d -name tests -prune -exec rm -r {} + && \
    find /opt/digestbot -name "*.so*" -exec strip --strip-unneeded {} + && \
    /opt/digestbot/bin/python config/slim.py
# Compiles what it imports, and nothing else.
RUN /opt/digestbot/bin/digestbot demo --headless >/dev/null

FROM gcr.io/distroless/python3-debian13
COPY --from=build /opt/digestbot /opt/digestbot
COPY --from=build --chown=10001:10001 /data /data
ENV PATH=/opt/digestbot/bin:$PATH PYTHONUNBUFFERED=1 DIGESTBOT_DATA_DIR=/data HOME=/data
# A number, by which Kubernetes can tell that it is not root. No user has it, hence HOME.
USER 10001
WORKDIR /data
VOLUME /data
# The running bot touches a file every half minute; an old one means that it hangs.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["digestbot", "healthy"]
ENTRYPOINT ["digestbot"]
CMD ["run"]
