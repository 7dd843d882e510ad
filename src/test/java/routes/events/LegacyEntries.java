package routes.events;

import java.util.LinkedHashMap;
import java.util.Map;

/** Entries in the forms in which the prior system's Python services wrote them. */
public final class LegacyEntries {

    public static final String CANONICAL_TAGGED =
            """
            {"schema_version": "v1", "trace_id": "t1:c1:77", "occurred_at": "2025-11-01T10:00:05.123456+00:00",
             "idempotency_key": "7660b34c-4c20-58e1-ac8c-fea5a2d9d68b:tagged:v1",
             "post_id": "7660b34c-4c20-58e1-ac8c-fea5a2d9d68b", "tenant_id": "00000000-0000-0000-0000-000000000001",
             "user_id": "139883458", "channel_id": "11111111-1111-4111-8111-111111111111", "tags": ["Python", "релиз"],
             "tags_hash": "0a64011ee6d620fa6c667e2c73ca74638db92b0daddb7c35d89ad659ad58f8bc", "topics": ["ai"],
             "provider": "gigachat", "latency_ms": 900, "metadata": {"model": "GigaChat:latest", "language": "ru"},
             "trigger": "initial"}
            """;

    public static final String VISION_ANALYZED =
            """
            {"event_type": "posts.vision.analyzed", "schema_version": "1.0", "schema_ref": "posts_vision_analyzed_v1.json",
             "producer": "vision-worker", "tenant_id": "00000000-0000-0000-0000-000000000001",
             "post_id": "7660b34c-4c20-58e1-ac8c-fea5a2d9d68b", "idempotency_key": "t1:p1:9f..", "trace_id": "t1:c1:77",
             "occurred_at": "2025-11-01T10:01:01Z",
             "media": [{"sha256": "9f..", "s3_key": "media/t1/9f.jpg", "mime_type": "image/jpeg", "size_bytes": 256000}],
             "vision": {"provider": "gigachat", "model": "GigaChat-Pro", "schema_version": "1.0",
              "classification": "screenshot", "description": "Снимок", "ocr_text": "текст", "is_meme": false,
              "context": {"phash": "x"}, "tokens_used": 0, "file_id": "f1", "analyzed_at": "2025-11-01T10:01:00Z"},
             "analysis_duration_ms": 2100}
            """;

    public static final String VISION_SKIPPED =
            """
            {"tenant_id": "00000000-0000-0000-0000-000000000001", "post_id": "7660b34c-4c20-58e1-ac8c-fea5a2d9d68b",
             "reasons": [{"media_id": "9f..", "reason": "budget", "details": {"left": 0}}]}
            """;

    public static final String CRAWL =
            """
            {"post_id": "7660b34c-4c20-58e1-ac8c-fea5a2d9d68b", "urls": ["https://ex.org/a"], "tags": ["ai"],
             "trigger_reason": "trigger_tag", "trace_id": "t1:c1:77",
             "metadata": {"model": "GigaChat:latest", "tenant_id": "00000000-0000-0000-0000-000000000001",
              "user_id": "139883458", "channel_id": "11111111-1111-4111-8111-111111111111", "event_topics": [],
              "trigger_source": "fallback", "trigger_tags_used": ["ai"], "is_retagging": true}}
            """;

    public static final String ENRICHED_BY_TAG_PERSISTENCE =
            """
            {"schema": "posts.enriched.v1", "post_id": "7660b34c-4c20-58e1-ac8c-fea5a2d9d68b", "tenant_id": "default",
             "tags": ["релиз", "Python"], "enrichment": {}, "trace_id": "t1:c1:77", "ts": "2025-11-01T10:00:06.5"}
            """;

    private LegacyEntries() {}

    /** As the channel parser wrote a post: flat, str() of everything, None left out. */
    public static Map<String, String> flatPost() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("schema_version", "v1");
        fields.put("trace_id", "t1:c1:77");
        fields.put("occurred_at", "2025-11-01T10:00:01.250000+00:00");
        fields.put("idempotency_key", "t1:c1:77");
        fields.put("user_id", "139883458");
        fields.put("tenant_id", "00000000-0000-0000-0000-000000000001");
        fields.put("channel_id", "11111111-1111-4111-8111-111111111111");
        fields.put("post_id", "7660b34c-4c20-58e1-ac8c-fea5a2d9d68b");
        fields.put("text", "[\"Вышел релиз\"]");
        fields.put("urls", "[\"https://ex.org/a\", \"https://ex.org/б\"]");
        fields.put("posted_at", "2025-11-01 13:00:00+03:00");
        fields.put("media_sha256_list", "[]");
        fields.put("link_count", "2");
        fields.put("tg_message_id", "77");
        fields.put("tg_channel_id", "-1001987654321");
        fields.put("has_media", "False");
        fields.put("is_edited", "True");
        fields.put("views_count", "5");
        fields.put("forwards_count", "0");
        fields.put("author_peer_id", "{\"user_id\": 139883458}");
        fields.put("forward_from_peer_id", "{\"channel_id\": 42}");
        fields.put("forward_date", "2025-10-31T09:00:00");
        return fields;
    }
}
