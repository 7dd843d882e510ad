package routes.posts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import routes.events.MediaFile;
import routes.events.SkippedFile;
import routes.posts.Post.Counters;
import routes.posts.Post.MediaKind;

/** Posts for tests; each method changes one thing of a plain post. */
public final class SamplePosts {
    public static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    public static final Instant POSTED = Instant.parse("2025-11-01T10:00:00Z");

    private SamplePosts() {}

    public static Post post(long id, String text) {
        return version(id, 0, text);
    }

    public static Post version(long id, long contentVersion, String text) {
        return make(id, contentVersion, text, List.of(), Counters.NONE, null, List.of(), List.of());
    }

    public static Post linking(long id, long contentVersion, String text, String... urls) {
        return make(id, contentVersion, text, List.of(urls), Counters.NONE, null, List.of(), List.of());
    }

    public static Post counted(long id, String text, int views, int reactions) {
        return make(id, 0, text, List.of(), new Counters(views, 0, reactions, 0), null, List.of(), List.of());
    }

    public static Post photo(long id, String text, Long groupedId, String... files) {
        List<MediaFile> media = Stream.of(files).map(SamplePosts::file).toList();
        return make(id, 0, text, List.of(), Counters.NONE, groupedId, media, List.of());
    }

    public static Post editedPhoto(long id, long contentVersion, String text, Long groupedId, String file) {
        return make(id, contentVersion, text, List.of(), Counters.NONE, groupedId, List.of(file(file)), List.of());
    }

    public static Post missingPhoto(long id, String text, String name) {
        return make(
                id, 0, text, List.of(), Counters.NONE, null, List.of(), List.of(new SkippedFile(name, "not included")));
    }

    /** A hash that is as readable as the name: its bytes in hex, filled with zeros. */
    public static String sha256(String name) {
        String hex = HexFormat.of().formatHex(name.getBytes(UTF_8));
        return hex + "0".repeat(64 - hex.length());
    }

    private static MediaFile file(String name) {
        String sha256 = sha256(name);
        return new MediaFile(sha256, "media/" + TENANT + "/aa/" + sha256 + ".jpg", "image/jpeg", 100L);
    }

    private static Post make(
            long id,
            long contentVersion,
            String text,
            List<String> urls,
            Counters counters,
            Long groupedId,
            List<MediaFile> media,
            List<SkippedFile> skipped) {
        boolean hasMedia = !media.isEmpty() || !skipped.isEmpty();
        return PostBuilder.builder()
                .telegramMessageId(id)
                .contentVersion(contentVersion)
                .text(text)
                .urls(urls)
                .postedAt(POSTED.plusSeconds(id))
                .editedAt(contentVersion == 0 ? null : Instant.ofEpochSecond(contentVersion))
                .edited(contentVersion != 0)
                .telegramPostUrl("https://t.me/c/1987654321/" + id)
                .hasMedia(hasMedia)
                .mediaKind(hasMedia ? MediaKind.PHOTO : null)
                .media(media)
                .skippedFiles(skipped)
                .groupedId(groupedId)
                .counters(counters)
                .authorName("Редакция")
                .build();
    }
}
