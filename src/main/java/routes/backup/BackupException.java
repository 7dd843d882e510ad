package routes.backup;

/** A backup or restore that is not possible. The message contains the reason and the remedy. */
public final class BackupException extends RuntimeException {
    BackupException(String message) {
        super(message);
    }

    BackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
