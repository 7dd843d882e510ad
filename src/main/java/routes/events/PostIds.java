package routes.events;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.NameBasedGenerator;
import java.util.UUID;

/** Ids of posts. The same message of the same tenant always gets the same id, so that a repeated import changes nothing. */
public final class PostIds {

    private PostIds() {}

    /**
     * Returns a UUID version 5 in the URL namespace.
     *
     * @param tgChannelId positive id of the channel, without prefix
     */
    public static UUID of(UUID tenant, long tgChannelId, long messageId) {
        return Generators.nameBasedGenerator(NameBasedGenerator.NAMESPACE_URL)
                .generate("tg:" + tenant + ":" + tgChannelId + ":" + messageId);
    }
}
