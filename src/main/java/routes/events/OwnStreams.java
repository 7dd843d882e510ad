package routes.events;

import java.util.Map;
import java.util.Set;

/**
 * What integrators add to the streams of the product.
 *
 * @param groups consumer groups by the logical name of a stream: the product's, to which they are added, or their own
 */
public record OwnStreams(Map<String, Set<String>> groups) {
    public static final OwnStreams NONE = new OwnStreams(Map.of());
}
