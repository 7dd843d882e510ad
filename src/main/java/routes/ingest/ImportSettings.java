package routes.ingest;

import java.time.Duration;

/**
 * @param queueSize imports that may wait; more are refused
 * @param outageTolerance for so long a batch is tried again while the database or the object store is away; then the import
 *     fails, and can be started again
 * @param deletions whether posts that a newer export of their channel no longer shows are deleted
 */
public record ImportSettings(int queueSize, Duration outageTolerance, boolean deletions) {
    public ImportSettings {
        if (queueSize < 1) {
            throw new IllegalArgumentException("At least one import must be able to wait, not " + queueSize);
        }
    }
}
