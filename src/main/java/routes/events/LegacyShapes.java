package routes.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Converts names and shapes of the prior system's events to ours. */
final class LegacyShapes {

    private static final Set<String> VERSION_1 = Set.of("1", "1.0");
    // written by the prior system when it had lost the tenant
    private static final Set<String> NO_TENANT = Set.of("default", "unknown");
    private static final Pattern BOT_API_PREFIX = Pattern.compile("^-100(?=\\d)0*|^-");

    private LegacyShapes() {}

    /** Changes the event in place. If the current name is present too, it wins. */
    static void modernise(String stream, ObjectNode event) {
        if (VERSION_1.contains(event.path("schema_version").asText())) {
            event.put("schema_version", Event.SCHEMA_VERSION);
        }
        switch (stream) {
            case "posts.parsed" -> parsed(event);
            case "posts.vision.analyzed" -> visionAnalyzed(event);
            case "posts.tagged" -> tagged(event);
            case "posts.crawl" -> crawl(event);
            case "posts.enriched" -> enriched(event);
            case "posts.indexed" -> copy(event, "indexed_at", event, "occurred_at");
            case "posts.deleted" -> copy(event, "deleted_at", event, "occurred_at");
            case "trends.emerging" -> trend(event);
            default -> {}
        }
        if (NO_TENANT.contains(event.path("tenant_id").asText())) {
            event.remove("tenant_id");
        }
    }

    private static void parsed(ObjectNode event) {
        copy(event, "tg_message_id", event, "telegram_message_id");
        copy(event, "telegram_message_id", event, "tg_message_id");
        String channel = event.path("tg_channel_id").asText().strip();
        if (channel.equals("0")) {
            // the channel parser did not know it
            event.remove("tg_channel_id");
        } else if (channel.startsWith("-")) {
            event.put("tg_channel_id", BOT_API_PREFIX.matcher(channel).replaceFirst(""));
        }
    }

    private static void visionAnalyzed(ObjectNode event) {
        copy(event, "reasons", event, "skip_reasons");
        for (JsonNode reason : event.path("skip_reasons")) {
            if (reason instanceof ObjectNode object) {
                copy(object, "media_id", object, "sha256");
            }
        }
        JsonNode classification = event.path("vision").path("classification");
        if (classification.isTextual()) {
            ((ObjectNode) event.get("vision")).putObject("classification").set("type", classification);
        } else if (classification instanceof ObjectNode object) {
            copy(object, "label", object, "type");
        }
    }

    private static void tagged(ObjectNode event) {
        copy(event.path("metadata"), "model", event, "model");
        if (event.path("idempotency_key").asText().endsWith(":tagged:v1")) {
            // the same for every set of tags of the post
            event.remove("idempotency_key");
        }
    }

    private static void crawl(ObjectNode event) {
        JsonNode metadata = event.path("metadata");
        for (String name : List.of("tenant_id", "user_id", "channel_id", "is_retagging")) {
            copy(metadata, name, event, name);
        }
        copy(metadata, "trigger_tags_used", event, "trigger_tags");
    }

    private static void enriched(ObjectNode event) {
        copy(event, "ts", event, "occurred_at");
        copy(event, "enrichment", event, "enrichment_data");
        copy(event.path("enrichment_data"), "tags", event, "tags");
    }

    private static void trend(ObjectNode event) {
        copy(event, "cluster_id", event, "trend_id");
        copy(event, "primary_topic", event, "keyword");
        if (event.has("post_id") && !event.has("post_ids")) {
            event.set("post_ids", JsonNodeFactory.instance.arrayNode().add(event.get("post_id")));
        }
    }

    private static void copy(JsonNode from, String oldName, ObjectNode to, String name) {
        if (from.has(oldName) && !to.has(name)) {
            to.set(name, from.get(oldName));
        }
    }
}
