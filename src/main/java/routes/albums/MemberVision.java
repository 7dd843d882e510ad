package routes.albums;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import routes.events.Sha256;
import routes.events.StorableText;
import routes.events.VisionAnalyzed;
import routes.events.VisionAnalyzed.VisionClassification;
import routes.events.VisionAnalyzed.VisionResult;
import routes.events.VisionVersion;

/**
 * The vision result for one member of an album.
 *
 * @param skipped whether no file was analysed
 * @param files SHA-256 in hex of the announced files
 * @param confidence of the classification, from 0 to 1; null if unknown
 * @param tags of the classification
 */
record MemberVision(
        boolean skipped,
        String visionVersion,
        String featuresHash,
        Instant analyzedAt,
        List<String> files,
        Double confidence,
        String description,
        List<String> labels,
        List<String> tags,
        String ocr,
        boolean isMeme) {
    /** Maximum length of a stored text of one member, in characters, to keep the state of an album small. */
    private static final int MAX_TEXT = 5_000;

    private static final Comparator<MemberVision> ORDER = Comparator.comparing(
                    (MemberVision member) -> VisionVersion.parse(member.visionVersion()))
            .thenComparing(MemberVision::analyzedAt)
            .thenComparing(MemberVision::content);

    static MemberVision of(VisionAnalyzed event) {
        VisionResult found = event.vision();
        VisionClassification type = found == null ? null : found.classification();
        return new MemberVision(
                found == null || Boolean.TRUE.equals(event.skipped()),
                event.visionVersion(),
                event.featuresHash(),
                event.occurredAt(),
                Stream.concat(
                                orEmpty(event.media()).stream().map(file -> file.sha256()),
                                orEmpty(event.skipReasons()).stream().map(skip -> skip.sha256()))
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList(),
                type == null ? null : type.confidence(),
                found == null ? null : StorableText.cut(found.description(), MAX_TEXT),
                found == null ? List.of() : words(found.labels()),
                type == null ? List.of() : words(type.tags()),
                found == null ? null : StorableText.cut(found.ocrText(), MAX_TEXT),
                found != null && Boolean.TRUE.equals(found.isMeme()));
    }

    private static List<String> words(List<String> words) {
        return orEmpty(words).stream().map(StorableText::of).toList();
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    /** Returns the later of two results, in either order. */
    MemberVision later(MemberVision other) {
        return ORDER.compare(this, other) >= 0 ? this : other;
    }

    /**
     * Returns whether the result belongs to the member's current file.
     *
     * @param sha256 null if the file is unknown
     */
    boolean isAbout(String sha256) {
        return sha256 == null || files.isEmpty() || files.contains(sha256);
    }

    /** Returns a hash of everything that an album's summary uses. The time of the analysis is not included. */
    String content() {
        return Sha256.hexOfLines(
                Stream.of(skipped, visionVersion, featuresHash, confidence, description, labels, tags, ocr, isMeme)
                        .map(String::valueOf)
                        .toList());
    }
}
