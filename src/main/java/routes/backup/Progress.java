package routes.backup;

/** Is told how far a back-up or a restore is; every few seconds, and at each step. */
@FunctionalInterface
public interface Progress {

    /** @param line a sentence */
    void report(String line);
}
