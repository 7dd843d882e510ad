# docker build -t telegram-assistant .
# docker run --rm telegram-assistant --make-key=me --role=admin
# docker run --rm -v ta-data:/app/data telegram-assistant --fetch-tdlib (to read Telegram live)
# docker run --read-only -p 8010:8010 -v ta-data:/app/data -v /tmp -e API_KEYS=<the entry that it showed> telegram-assistant --demo
FROM eclipse-temurin:17-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends maven && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml .
COPY src src
COPY config config
RUN mvn -q -B -ntp -DskipTests package \
    && java -Djarmode=tools -jar target/telegram-assistant.jar extract --destination target/app

FROM eclipse-temurin:17-jre
# recognises text in pictures without a model
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-rus \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /app assistant
WORKDIR /app
COPY --from=build /build/target/app ./
COPY config config
# data/media and imports are shared volumes if stages run in several containers (docs/deployment.md)
RUN mkdir -p data/media imports && chown assistant data data/media imports .
USER assistant
# docs/operations.md, "Start in half the time"
RUN DATA_DIR=/tmp/training java -XX:ArchiveClassesAtExit=classes.jsa -jar telegram-assistant.jar --exit-when-idle \
    && rm -rf /tmp/training
VOLUME ["/app/data", "/tmp"]
# The API must be reachable from outside of the container, so it does not start without API_KEYS.
ENV API_ADDRESS=0.0.0.0 MANAGEMENT_ADDRESS=127.0.0.1
EXPOSE 8010
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8010 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:SharedArchiveFile=classes.jsa", "-jar", "telegram-assistant.jar"]
