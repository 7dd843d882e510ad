package routes.vectorindex;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import routes.embeddings.LocalEmbeddings;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.SearchQuery;

/** Points and queries for tests: one tenant and channel unless told otherwise. */
public final class Points {
    public static final UUID TENANT = new UUID(0, 1);
    public static final UUID CHANNEL = new UUID(0, 100);
    public static final Instant DAY = Instant.parse("2025-05-01T12:00:00Z");
    public static final LocalEmbeddings EMBEDDINGS = new LocalEmbeddings(new TextAnalysis(new SearchWords()));

    private Points() {}

    public static IndexedPoint point(int id, String text, String... tags) {
        return point(TENANT, CHANNEL, id, DAY, 1, text, tags);
    }

    public static IndexedPoint revision(int id, long revision, String text) {
        return point(TENANT, CHANNEL, id, DAY, revision, text);
    }

    public static IndexedPoint point(
            UUID tenant, UUID channel, int id, Instant postedAt, long revision, String text, String... tags) {
        PostPayload payload = new PostPayload(
                post(id),
                tenant,
                channel,
                id,
                List.of(tags),
                postedAt,
                postedAt.plusSeconds(90 * 86_400),
                null,
                text.substring(0, Math.min(40, text.length())),
                false,
                null,
                false,
                Set.of());
        return new IndexedPoint(payload, vector(text), text, revision, Integer.toHexString(text.hashCode()));
    }

    public static PostPayload retagged(IndexedPoint point, String... tags) {
        PostPayload old = point.payload();
        return new PostPayload(
                old.postId(),
                old.tenantId(),
                old.channelId(),
                old.postNumber(),
                List.of(tags),
                old.postedAt(),
                null,
                7L,
                old.textShort(),
                true,
                "meme",
                true,
                Set.of("photo"));
    }

    public static UUID post(int id) {
        return new UUID(1, id);
    }

    public static float[] vector(String text) {
        return EMBEDDINGS.embed(List.of(text)).get(0);
    }

    public static SearchQuery query(String text) {
        return query(TENANT, Set.of(CHANNEL), Set.of(), null, null, text);
    }

    public static SearchQuery query(
            UUID tenant, Set<UUID> channels, Set<String> tags, Instant from, Instant to, String text) {
        return new SearchQuery(tenant, channels, tags, Set.of(), from, to, text, vector(text), 10);
    }
}
