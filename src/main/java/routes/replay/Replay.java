package routes.replay;

/**
 * The result of a replay or a dry run.
 *
 * @param found number of matching entries
 * @param replayed number of replayed entries; 0 for a dry run
 * @param gone number of entries that another replay removed in the meantime
 * @param more whether there are more matching entries beyond the given maximum
 */
public record Replay(boolean dryRun, int found, int replayed, int gone, boolean more) {

    static Replay of(boolean dryRun, int found, int replayed, boolean more) {
        return new Replay(dryRun, found, replayed, dryRun ? 0 : found - replayed, more);
    }

    public String text() {
        String rest = more ? "; more entries are left" : "";
        if (dryRun) {
            return found + " entries would be published again" + rest;
        }
        return replayed + " entries were published again" + (gone > 0 ? ", " + gone + " no longer existed" : "") + rest;
    }

    OperatorAudit.Done<Replay> done() {
        return new OperatorAudit.Done<>(this, replayed, text());
    }
}
