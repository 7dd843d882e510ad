package routes.tagging.local;

/** @param id row id in the table {@code corpus_snapshots}; null for {@link CorpusSnapshot#EMPTY}, which is not recorded */
public record RecordedSnapshot(Long id, CorpusSnapshot snapshot) {
    static final RecordedSnapshot NONE = new RecordedSnapshot(null, CorpusSnapshot.EMPTY);
}
