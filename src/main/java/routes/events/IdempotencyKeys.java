package routes.events;

import java.util.List;
import java.util.UUID;

/** The idempotency key of each event: equal for the same fact, different for different facts. */
public final class IdempotencyKeys {

    private IdempotencyKeys() {}

    /**
     * Returns the key of a post after an edit, or of a manual request to process it again.
     *
     * @param contentVersion 0, or the Unix time of the edit
     * @param requestId the manual request, or null
     */
    public static String postParsed(
            UUID tenant, long tgChannelId, long messageId, long contentVersion, String requestId) {
        String key = tenant + ":" + tgChannelId + ":" + messageId;
        if (contentVersion != 0) {
            key += ":e" + contentVersion;
        }
        return requestId == null ? key : key + ":" + requestId;
    }

    public static String albumParsed(UUID tenant, long tgChannelId, long groupedId, int revision) {
        return tenant + ":" + tgChannelId + ":" + groupedId + ":" + revision;
    }

    /**
     * Returns the key of an album's summary.
     *
     * @param revision of the album
     * @param assembly revision of the summary
     */
    public static String albumAssembled(UUID tenant, long tgChannelId, long groupedId, int revision, int assembly) {
        return albumParsed(tenant, tgChannelId, groupedId, revision) + ":assembled:" + assembly;
    }

    public static String visionUploaded(UUID tenant, UUID post, List<MediaFile> files) {
        return tenant + ":" + post + ":vision_upload:" + hash(files);
    }

    private static String hash(List<MediaFile> files) {
        return Sha256.hexOfLines(files.stream().map(MediaFile::sha256).toList());
    }

    public static String visionAnalyzed(UUID tenant, UUID post, List<MediaFile> files, String visionVersion) {
        return tenant + ":" + post + ":" + hash(files) + ":" + visionVersion;
    }

    /**
     * Returns the key of a set of tags.
     *
     * @param visionVersion null for tags created without vision
     */
    public static String postTagged(
            UUID post, long contentVersion, Trigger trigger, String visionVersion, String tagsHash) {
        String vision = visionVersion == null ? "-" : visionVersion;
        return post + ":tagged:" + contentVersion + ":" + trigger.text() + ":" + vision + ":" + tagsHash;
    }

    /**
     * Returns the key of a request to fetch links.
     *
     * @param requestId the manual request, or null
     */
    public static String postCrawl(UUID post, List<String> urls, String requestId) {
        String key = post + ":crawl:" + Sha256.hexOfLines(urls);
        return requestId == null ? key : key + ":" + requestId;
    }

    /**
     * Returns the key of an input of the index.
     *
     * @param source tagged or crawl
     * @param inputs all values of the event that the index uses, in a fixed order
     */
    public static String postEnriched(UUID post, String source, List<String> inputs) {
        return post + ":enriched:" + source + ":" + Sha256.hexOfLines(inputs);
    }

    /**
     * Returns the key of an input that was indexed.
     *
     * @param inputHash hash of the indexed input
     */
    public static String postIndexed(UUID post, String inputHash) {
        return post + ":indexed:" + inputHash;
    }

    public static String postDeleted(UUID post) {
        return post + ":deleted";
    }
}
