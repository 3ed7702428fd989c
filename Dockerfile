# The image in which tasks run: the program, XLA's plugin and nothing that is fetched at run time. It is not built in CI.
#   docker build -t longseq:cpu .
#   docker build -t longseq:cuda --build-arg BASE=nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04 --build-arg KIND=cuda .
ARG BASE=debian:12.11-slim
FROM golang:1.25.4-bookworm AS program
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -ldflags "-s -w" -o /out/longseq ./cmd/longseq

FROM python:3.13.9-slim-bookworm AS plugin
ARG KIND=cpu
COPY requirements-plugin.txt scripts/plugin.py /src/
WORKDIR /src
RUN if [ "$KIND" = cpu ]; then HOME=/out python plugin.py requirements-plugin.txt && mv /out/.cache/longseq/pjrt /out/pjrt; \
    else pip download --no-deps --dest /tmp jax-cuda13-pjrt==0.11.2 && python -m zipfile -e /tmp/*.whl /tmp/wheel && \
    mkdir -p /out/pjrt && find /tmp/wheel -name 'xla_cuda_plugin.so' -exec mv {} /out/pjrt/ \; ; fi

FROM ${BASE}
COPY --from=program /out/longseq /usr/local/bin/longseq
COPY --from=plugin /out/pjrt /opt/pjrt
ENV PJRT_PLUGIN_LIBRARY_PATH=/opt/pjrt HF_HUB_OFFLINE=1
RUN useradd --uid 1000 --create-home longseq
USER 1000
WORKDIR /work
ENTRYPOINT ["longseq"]
