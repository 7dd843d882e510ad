package routes.posts;

import java.time.Instant;
import routes.events.StorableText;

/** Where a forwarded post came from; every part is null when the source does not tell it. {@code chatId} is the bare positive id. */
public record Forward(Long chatId, Long messageId, Instant date, String name) {
    public static final Forward NONE = new Forward(null, null, null, null);

    public Forward {
        name = StorableText.of(name);
    }

    Forward orElse(Forward other) {
        return equals(NONE) ? other : this;
    }
}
