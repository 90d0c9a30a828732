# One image for web, worker, beat and migrate; docker-compose.yml says which of them it is.
FROM node:22-slim AS bundle
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend frontend
RUN npm run build

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data WEB_BIND=0.0.0.0:8000
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
COPY --from=bundle /build/static/dist static/dist
RUN useradd --system --uid 10001 channelhub && install --directory --owner channelhub /data
USER channelhub
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--config", "python:channelhub.gunicorn", "channelhub.wsgi:application"]
