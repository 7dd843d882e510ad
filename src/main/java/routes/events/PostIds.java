package routes.events;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.NameBasedGenerator;
import java.util.UUID;

/** Ids of posts, the same for the same message of the same tenant, so that importing twice changes nothing. */
public final class PostIds {

    private PostIds() {}

    /**
     * UUID version 5 in the URL namespace.
     *
     * @param tgChannelId the bare positive id of the channel
     */
    public static UUID of(UUID tenant, long tgChannelId, long messageId) {
        return Generators.nameBasedGenerator(NameBasedGenerator.NAMESPACE_URL)
                .generate("tg:" + tenant + ":" + tgChannelId + ":" + messageId);
    }
}
