package routes.ingest;

/** Called at most twice a second during an import and once at its end, on the thread of the import. */
@FunctionalInterface
public interface ProgressListener {
    void progress(ImportProgress progress);
}
