package routes.events;

import java.time.Instant;
import java.util.Comparator;

/** The order of the tag sets of a post: by content version, then by vision version, then by time. */
public record TagSetVersion(long contentVersion, VisionVersion visionVersion, Instant occurredAt)
        implements Comparable<TagSetVersion> {
    private static final Comparator<TagSetVersion> ORDER = Comparator.comparingLong(TagSetVersion::contentVersion)
            .thenComparing(TagSetVersion::visionVersion)
            .thenComparing(TagSetVersion::occurredAt);

    /** @param visionVersion text form of the version; null for none */
    public static TagSetVersion of(long contentVersion, String visionVersion, Instant occurredAt) {
        return new TagSetVersion(contentVersion, VisionVersion.parse(visionVersion), occurredAt);
    }

    public static TagSetVersion of(PostTagged event) {
        return of(event.contentVersion(), event.visionVersion(), event.occurredAt());
    }

    public boolean isNewerThan(TagSetVersion other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(TagSetVersion other) {
        return ORDER.compare(this, other);
    }
}
