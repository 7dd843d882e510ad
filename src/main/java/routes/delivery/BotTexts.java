package routes.delivery;

import java.text.MessageFormat;
import java.util.Arrays;
import java.util.Locale;
import java.util.ResourceBundle;

/** What the bot says, in Russian and English: {@code bot/messages*.properties}. */
record BotTexts(ResourceBundle messages) {
    private static final ResourceBundle.Control NO_OTHER_LANGUAGE =
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

    /** @param language as ru or ru-RU; English if it is another one, or null */
    static BotTexts in(String language) {
        boolean isRussian =
                language != null && language.toLowerCase(Locale.ROOT).startsWith("ru");
        return new BotTexts(ResourceBundle.getBundle(
                "bot.messages", isRussian ? Locale.forLanguageTag("ru") : Locale.ROOT, NO_OTHER_LANGUAGE));
    }

    /** The values cannot contain links. */
    String get(String key, String... values) {
        return new MessageFormat(messages.getString(key), Locale.ROOT)
                .format(Arrays.stream(values).map(MessageText::inert).toArray());
    }
}
