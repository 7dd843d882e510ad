package routes.api;

/** Normalises user names of people and channels. */
final class TelegramName {

    private static final String LINK = "(https?://)?t\\.me/(s/)?";

    private TelegramName() {}

    /** Without a leading {@code @} or {@code https://t.me/}; null stays null. */
    static String bare(String name) {
        return name == null ? null : name.replaceFirst("^(@|" + LINK + ")", "");
    }
}
