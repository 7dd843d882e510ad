package routes.posts;

import java.time.Instant;
import routes.events.StorableText;

/** The origin of a forwarded post. Each part is null if the source does not contain it. {@code chatId} is the bare positive id. */
public record Forward(Long chatId, Long messageId, Instant date, String name) {
    public static final Forward NONE = new Forward(null, null, null, null);

    public Forward {
        name = StorableText.of(name);
    }

    Forward orElse(Forward other) {
        return equals(NONE) ? other : this;
    }
}
