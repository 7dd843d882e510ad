package routes.events;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One complete event of each kind. */
public final class Examples {

    public static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    public static final UUID CHANNEL = UUID.fromString("11111111-1111-4111-8111-111111111111");
    public static final UUID POST = UUID.fromString("7660b34c-4c20-58e1-ac8c-fea5a2d9d68b");
    public static final Instant TIME = Instant.parse("2025-11-01T10:00:00Z");
    public static final String SHA = "9f".repeat(32);
    public static final String VISION = "vision@2025-11-01#p3";

    private Examples() {}

    public static PostParsed parsed(String text) {
        return PostParsedBuilder.builder()
                .schemaVersion("v1")
                .traceId("trace-1")
                .occurredAt(TIME)
                .idempotencyKey("key-1")
                .userId("1")
                .tenantId(TENANT)
                .channelId(CHANNEL)
                .postId(POST)
                .text(text)
                .attachmentText("Отчёт.pdf")
                .entities(List.of(
                        TextEntity.of("bold", 0, 1),
                        new TextEntity("text_link", 0, 1, "https://example.org/a", null, null, null, null)))
                .urls(List.of("https://example.org/a"))
                .postedAt(TIME)
                .contentVersion(1762000000L)
                .trigger(Trigger.EDIT)
                .requestId("r7")
                .mediaSha256List(List.of(SHA))
                .groupedId(13L)
                .contentHash(ContentHash.of(text, "Отчёт.pdf"))
                .linkCount(1)
                .telegramMessageId(2L)
                .tgMessageId(2L)
                .tgChannelId(1987654321L)
                .telegramPostUrl("https://t.me/c/1987654321/2")
                .hasMedia(true)
                .isEdited(true)
                .viewsCount(5)
                .forwardsCount(6)
                .reactionsCount(7)
                .forwardFromChatId(-100123L)
                .forwardFromMessageId(8L)
                .forwardDate(TIME)
                .forwardFromName("Origin")
                .replyToMessageId(1L)
                .authorName("Автор")
                .build();
    }

    public static PostTagged tagged(List<String> tags) {
        return new PostTagged(
                "v1",
                "trace-1",
                TIME,
                "key-1",
                POST,
                TENANT,
                "1",
                CHANNEL,
                tags,
                TagsHash.of(tags),
                List.of("ai"),
                List.of("https://example.org/a"),
                "gigachat",
                "GigaChat:latest",
                900,
                Trigger.VISION_RETAG,
                0L,
                VISION,
                SHA,
                Map.of("reason", "skipped", "rejected_tags", List.of("x")));
    }

    public static List<Event> all() {
        MediaFile file = new MediaFile(SHA, "media/t/9f/x.jpg", "image/jpeg", 256_000L);
        VisionAnalyzed.VisionResult vision = new VisionAnalyzed.VisionResult(
                "gigachat",
                "GigaChat-Pro",
                new VisionAnalyzed.VisionClassification("screenshot", 0.5, List.of("ui")),
                "Снимок",
                "текст",
                false,
                List.of("ui"),
                List.of("window"),
                17,
                TIME);
        return List.of(
                parsed("Вышел релиз Python 3.13 🎉"),
                new AlbumParsed(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        "1",
                        TENANT,
                        CHANNEL,
                        7L,
                        13L,
                        "mixed",
                        1,
                        "Подпись",
                        TIME,
                        List.of(POST),
                        SHA,
                        SHA,
                        1),
                new VisionUploaded(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        TENANT,
                        POST,
                        CHANNEL,
                        13L,
                        7L,
                        List.of(file),
                        List.of(new SkippedFile("big.mp4", "too_large")),
                        true),
                new VisionAnalyzed(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        TENANT,
                        POST,
                        CHANNEL,
                        13L,
                        7L,
                        List.of(file),
                        vision,
                        false,
                        List.of(new VisionAnalyzed.SkipReason(SHA, "budget")),
                        VISION,
                        SHA,
                        2100),
                tagged(List.of("Python", "релиз")),
                new PostCrawl(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        POST,
                        TENANT,
                        "1",
                        CHANNEL,
                        List.of("https://example.org/a"),
                        List.of("Python"),
                        "trigger_tag",
                        List.of("Python"),
                        true,
                        TIME),
                new PostEnriched(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        POST,
                        TENANT,
                        "crawl",
                        List.of("Python"),
                        TagsHash.of(List.of("Python")),
                        Trigger.MANUAL,
                        0L,
                        VISION,
                        Map.of("title", "Заголовок", "content", "…"),
                        List.of("https://example.org/a"),
                        100,
                        120,
                        false,
                        "none",
                        80,
                        true,
                        "default",
                        0.75),
                new PostIndexed(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        POST,
                        TENANT,
                        POST.toString(),
                        "local",
                        384,
                        "telegram_posts",
                        1,
                        2,
                        30,
                        10,
                        15,
                        5),
                new AlbumAssembled(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        "1",
                        TENANT,
                        CHANNEL,
                        7L,
                        13L,
                        2,
                        List.of(POST),
                        "photo",
                        2,
                        1,
                        "Снимки",
                        List.of("ui"),
                        "текст",
                        List.of("Python"),
                        false,
                        true,
                        "album/x.json",
                        false,
                        TIME,
                        TIME,
                        TIME,
                        TIME,
                        600.5),
                new PostDeleted("v1", "trace-1", TIME, "key-1", POST, TENANT, CHANNEL, "ttl", TIME),
                new DigestsGenerate(
                        "v1", "trace-1", TIME, "key-1", "1", TENANT, LocalDate.of(2025, 11, 1), "scheduler"),
                new TrendsEmerging(
                        "v1",
                        "trace-1",
                        TIME,
                        "key-1",
                        "4",
                        "релиз",
                        List.of("ai"),
                        9,
                        1.5,
                        3,
                        6.0,
                        List.of(POST),
                        TIME));
    }
}
