package routes.redisstreams;

import java.util.List;
import org.apache.camel.Message;

/** The completions of the entries of a batch, by index. */
record BatchCompletion(List<StreamCompletion> items) {

    /** The completion of the entry that a message belongs to. */
    StreamCompletion of(Message item) {
        Integer index = item.getHeader(RedisStreamsConstants.BATCH_INDEX, Integer.class);
        if (index == null || index < 0 || index >= items.size()) {
            throw new IllegalStateException("The exchange is a batch of " + items.size() + " entries (header "
                    + RedisStreamsConstants.BATCH_INDEX + " is " + index
                    + "): split its body, or keep the header of each of its messages, so that it is known which entry"
                    + " this belongs to");
        }
        return items.get(index);
    }
}
