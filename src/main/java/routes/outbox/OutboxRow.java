package routes.outbox;

import java.util.Map;

/**
 * An event that waits to be published.
 *
 * @param stream logical name
 * @param fields the entry, as it will be written to the stream
 */
public record OutboxRow(long id, String stream, Map<String, String> fields) {}
