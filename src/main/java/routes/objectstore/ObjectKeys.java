package routes.objectstore;

import java.util.UUID;
import java.util.regex.Pattern;

/** Keys of objects. They are content-addressed, so that the same bytes of a tenant are stored once. */
public final class ObjectKeys {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    private static final int MAX_LENGTH = 512;

    private ObjectKeys() {}

    /**
     * @param sha256 in hex
     * @param extension without the dot
     */
    public static String media(UUID tenant, String sha256, String extension) {
        return "media/" + tenant + "/" + sha256.substring(0, 2) + "/" + sha256 + "." + extension;
    }

    /** @param urlHash SHA-256 of the page address, in hex */
    public static String article(UUID tenant, String urlHash) {
        return "crawl/" + tenant + "/" + urlHash + ".md";
    }

    public static String albumSummary(UUID tenant, long albumId) {
        return "album/" + tenant + "/" + albumId + "_vision_summary_v1.json";
    }

    /** @throws IllegalArgumentException for a key that could refer to a location outside its folder */
    public static String checked(String key) {
        if (key.length() > MAX_LENGTH || !KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "'" + key + "' is not a valid object key: it must consist of segments separated by '/', each with"
                            + " letters, digits, '.', '_' and '-' and not beginning with '.'");
        }
        return key;
    }
}
