package routes.ingest;

import java.time.Duration;

/**
 * @param queueSize imports that may wait; more are refused
 * @param outageTolerance how long a batch is retried while the database or the object store is unavailable; then the import
 *     fails and can be started again
 * @param deletions whether posts that a newer export of their channel no longer contains are deleted
 */
public record ImportSettings(int queueSize, Duration outageTolerance, boolean deletions) {
    public ImportSettings {
        if (queueSize < 1) {
            throw new IllegalArgumentException("At least one import must be able to wait, not " + queueSize);
        }
    }
}
