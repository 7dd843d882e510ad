package routes.replay;

/**
 * What a replay did, or would do.
 *
 * @param found    entries that it is about
 * @param replayed entries that were published again; 0 for a dry run
 * @param gone     entries that were there when it began, and not when it was their turn: another replay took them
 * @param more     whether more entries of the kind are left, beyond the given maximum
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
