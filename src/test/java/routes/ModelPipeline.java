package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.albums.AlbumStates;
import routes.embedded.PreparedData;
import routes.events.PostIds;
import routes.events.StreamCatalog;
import routes.ingest.ImportProgress;
import routes.ingest.ImportService;
import routes.llm.standin.ModelServer;
import routes.operations.RunOptions;
import routes.outbox.OutboxRelay;
import routes.redis.StreamAdmin;

/** The whole application with a stand-in for its model providers, and what tests do with it. */
final class ModelPipeline implements AutoCloseable {
    static final String GIGACHAT_KEY = "c2VjcmV0LWlkOnNlY3JldC1wYXNzd29yZA==";
    static final String OPENROUTER_KEY = "sk-or-v1-very-secret";

    static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final long TG_CHANNEL = 7_002;
    private static final Duration POLL = Duration.ofMillis(20);

    final ModelServer models;
    final ConfigurableApplicationContext application;
    final JdbcClient jdbc;
    private final Path folder;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Map<UUID, ObjectNode> sent = new HashMap<>();
    private long messageId;

    /** @param settings on top of those that point to the stand-in and keep pauses short */
    ModelPipeline(Path folder, String... settings) {
        this(ModelServer.start(), folder, settings);
    }

    ModelPipeline(ModelServer models, Path folder, String... settings) {
        this.models = models;
        this.folder = folder;
        Map<String, String> options = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of(
                                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                                "--api.port=0",
                                "--management.port=0",
                                "--outbox.poll-interval=20",
                                "--gigachat.base-url=" + models.gigaChatBaseUrl(),
                                "--gigachat.auth-url=" + models.gigaChatAuthUrl(),
                                "--openrouter.base-url=" + models.openRouterBaseUrl(),
                                "--tagging.retry-delay=0.02",
                                "--embeddings.provider=local"),
                        Stream.of(settings))
                .forEach(option -> options.put(option.substring(0, option.indexOf('=')), option));
        application = CommandLine.open(RunOptions.parse(options.values().toArray(String[]::new)));
        jdbc = application.getBean(JdbcClient.class);
    }

    /** Imports a post for each text, and gives their ids. */
    List<UUID> imported(String... texts) throws IOException {
        List<UUID> ids = new ArrayList<>();
        ArrayNode messages = json.createArrayNode();
        for (String text : texts) {
            ids.add(message(messages, text).id());
        }
        submit(1, TENANT, messages);
        return ids;
    }

    /** Imports a post with a picture, and gives its id. */
    UUID importedPhoto(long user, UUID tenant, String caption, Path picture) throws IOException {
        ArrayNode messages = json.createArrayNode();
        Message message = message(messages, caption);
        message.json().put("photo", picture.getFileName().toString());
        submit(user, tenant, messages, picture);
        return PostIds.of(tenant, TG_CHANNEL, messageId);
    }

    /** Imports pictures that are one album, since they follow each other at the same time, and gives the ids of their posts. */
    List<UUID> importedAlbum(Path... pictures) throws IOException {
        List<UUID> ids = new ArrayList<>();
        ArrayNode messages = json.createArrayNode();
        for (Path picture : pictures) {
            Message message = message(messages, "");
            message.json().put("photo", picture.getFileName().toString());
            ids.add(message.id());
        }
        submit(1, TENANT, messages, pictures);
        return ids;
    }

    /** Imports a post of before once more, with another text and a time of its edit. */
    void edited(UUID post, String text) throws IOException {
        ObjectNode message = sent.get(post);
        message.put("text", text).put("edited_unixtime", Long.toString(1_767_400_000 + ++messageId));
        message.putArray("text_entities").addObject().put("type", "plain").put("text", text);
        submit(1, TENANT, json.createArrayNode().add(message));
    }

    private record Message(UUID id, ObjectNode json) {}

    private Message message(ArrayNode messages, String text) {
        messageId++;
        ObjectNode message = messages.addObject()
                .put("id", messageId)
                .put("type", "message")
                .put("date", "2026-01-02T03:04:05")
                .put("date_unixtime", Long.toString(1_767_323_045 + messageId))
                .put("from", "Models")
                .put("from_id", "channel" + TG_CHANNEL)
                .put("text", text);
        message.putArray("text_entities").addObject().put("type", "plain").put("text", text);
        UUID id = PostIds.of(TENANT, TG_CHANNEL, messageId);
        sent.put(id, message);
        return new Message(id, message);
    }

    private void submit(long user, UUID tenant, ArrayNode messages, Path... pictures) throws IOException {
        var export = json.createObjectNode()
                .put("name", "Models")
                .put("type", "public_channel")
                .put("id", TG_CHANNEL);
        export.set("messages", messages);
        Path exportFolder = Files.createDirectories(folder.resolve("export-" + messageId));
        Path file = exportFolder.resolve("result.json");
        json.writeValue(file.toFile(), export);
        for (Path picture : pictures) {
            Files.copy(picture, exportFolder.resolve(picture.getFileName()));
        }
        ImportService imports = application.getBean(ImportService.class);
        UUID job = imports.submit(user, tenant, file);
        await().atMost(Duration.ofSeconds(60)).pollInterval(POLL).until(() -> imports.find(job)
                .map(ImportService.State::status)
                .filter(ImportProgress.Status.DONE::equals)
                .isPresent());
    }

    /** Waits until no event is left. Asks twice: a stage writes an event while it still has the entry that causes it. */
    void awaitIdle() {
        await().atMost(Duration.ofSeconds(60)).pollInterval(POLL).until(() -> {
            boolean before = hasNoEvent();
            return before && hasNoEvent();
        });
    }

    private boolean hasNoEvent() {
        StreamAdmin streams = application.getBean(StreamAdmin.class);
        StreamCatalog catalog = application.getBean(StreamCatalog.class);
        return application.getBean(OutboxRelay.class).unpublished() == 0
                && catalog.streams().stream()
                        .flatMap(stream -> streams.groups(stream.key()).stream()
                                .filter(group -> catalog.servedGroups(stream).contains(group.group())))
                        .allMatch(group -> group.lag() == 0 && group.pending() == 0)
                && application.getBean(AlbumStates.class).open() == 0;
    }

    /** Waits until a post has a tagging status. */
    void awaitStatus(UUID post, String status) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(POLL).untilAsserted(() -> assertThat(status(post))
                .isEqualTo(status));
    }

    String status(UUID post) {
        return post(post, "tagging_status");
    }

    String post(UUID post, String column) {
        return jdbc.sql("SELECT " + column + "::text FROM posts WHERE id = ?")
                .param(post)
                .query(String.class)
                .optional()
                .orElse(null);
    }

    /** The stored tags, once tag persistence has stored some of this provider. */
    List<String> awaitTags(UUID post, String provider) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(POLL).untilAsserted(() -> assertThat(provider(post))
                .isEqualTo(provider));
        return tags(post);
    }

    String provider(UUID post) {
        return jdbc.sql("SELECT provider FROM post_enrichment WHERE post_id = ? AND kind = 'tags'")
                .param(post)
                .query(String.class)
                .optional()
                .orElse(null);
    }

    List<String> tags(UUID post) {
        return jdbc.sql(
                        """
                        SELECT jsonb_array_elements_text(data -> 'tags') FROM post_enrichment
                        WHERE post_id = ? AND kind = 'tags'""")
                .param(post)
                .query(String.class)
                .list();
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return json.readTree(answer.body());
    }

    HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return send(port("local.server.port"), method, path);
    }

    HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("local.server.port") + path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> send(int port, String method, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(20))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Ids of the posts that a search finds. */
    List<UUID> found(String words) throws IOException, InterruptedException {
        String query = URLEncoder.encode(words, StandardCharsets.UTF_8);
        return get("/users/1/search?limit=50&q=" + query).path("items").findValuesAsText("post_id").stream()
                .map(UUID::fromString)
                .toList();
    }

    /** A scrape of the metrics. */
    String scrape() throws IOException, InterruptedException {
        return send(port("local.management.port"), "GET", "/metrics").body();
    }

    /** The value of a series of a scrape; NaN where it is not there. */
    double metric(String series) throws IOException, InterruptedException {
        return scrape().lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private int port(String name) {
        return application.getEnvironment().getRequiredProperty(name, Integer.class);
    }

    @Override
    public void close() {
        application.close();
        models.close();
    }
}
