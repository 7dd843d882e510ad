package routes.ingest;

/** Hears of an import at most twice a second, and at its end; called on the thread that imports. */
@FunctionalInterface
public interface ProgressListener {
    void progress(ImportProgress progress);
}
