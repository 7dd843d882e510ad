package routes.delivery;

import java.text.MessageFormat;
import java.util.Arrays;
import java.util.Locale;
import java.util.ResourceBundle;

/** The texts of the bot, in Russian and English: {@code bot/messages*.properties}. */
record BotTexts(ResourceBundle messages) {
    private static final ResourceBundle.Control NO_OTHER_LANGUAGE =
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

    /** @param language such as ru or ru-RU; English for any other language or null */
    static BotTexts in(String language) {
        boolean isRussian =
                language != null && language.toLowerCase(Locale.ROOT).startsWith("ru");
        return new BotTexts(ResourceBundle.getBundle(
                "bot.messages", isRussian ? Locale.forLanguageTag("ru") : Locale.ROOT, NO_OTHER_LANGUAGE));
    }

    /** Returns a text. The values cannot contain links. */
    String get(String key, String... values) {
        return new MessageFormat(messages.getString(key), Locale.ROOT)
                .format(Arrays.stream(values).map(MessageText::inert).toArray());
    }
}
