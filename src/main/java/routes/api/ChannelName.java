package routes.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A channel as entered by a person: its user name, or a link to the channel or to one of its posts.
 *
 * @param username null for a private channel
 * @param tgChannelId positive id of a private channel, without prefix; null otherwise
 */
record ChannelName(String username, Long tgChannelId) {
    private static final String NAME = "[A-Za-z][A-Za-z0-9_]{3,31}";
    private static final String SITE = "(?:https?://)?(?:www\\.)?(?:t\\.me|telegram\\.(?:me|dog))/";
    private static final String POST = "(?:/\\d{1,15}){0,2}/?(?:\\?\\S{0,200})?";

    static final String PATTERN = "@?" + NAME
            + "|" + SITE + "(?:s/)?" + NAME + POST
            + "|" + SITE + "c/[1-9]\\d{0,14}" + POST
            + "|tg://resolve\\?domain=" + NAME + "(?:&\\S{0,200})?";

    private static final Pattern PRIVATE = Pattern.compile(SITE + "c/(\\d+)" + POST);
    private static final Pattern PUBLIC =
            Pattern.compile("(?:@|" + SITE + "(?:s/)?|tg://resolve\\?domain=)?(" + NAME + ")(?:[/?&].*)?");

    /** @param given matches {@link #PATTERN} */
    static ChannelName of(String given) {
        Matcher link = PRIVATE.matcher(given);
        if (link.matches()) {
            return new ChannelName(null, Long.valueOf(link.group(1)));
        }
        Matcher name = PUBLIC.matcher(given);
        if (!name.matches()) {
            throw new IllegalArgumentException(given);
        }
        return new ChannelName(name.group(1), null);
    }
}
