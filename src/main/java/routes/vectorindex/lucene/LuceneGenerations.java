package routes.vectorindex.lucene;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.springframework.util.FileSystemUtils;
import routes.vectorindex.IndexGenerations;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;

/** Folders {@code index}, {@code index-next} and, during a switch, {@code index-old}. */
public final class LuceneGenerations implements IndexGenerations.Store {
    private static final String CURRENT = "index";
    private static final String NEXT = "index-next";
    private static final String OLD = "index-old";

    private final Path home;
    private final UnaryOperator<Path> creation;
    private final IndexProperties properties;
    private final KnnVectorsFormat vectors;
    private volatile VectorIndex current;
    private volatile VectorIndex next;

    /**
     * Opens the existing folders and completes a switch that a crash interrupted.
     *
     * @param home existing folder in which the index folders are created
     * @param creation called with the path of a folder before Lucene creates it; can create it with other permissions
     */
    LuceneGenerations(Path home, UnaryOperator<Path> creation, IndexProperties properties, KnnVectorsFormat vectors) {
        this.home = home;
        this.creation = creation;
        this.properties = properties;
        this.vectors = vectors;
        finishSwitch();
        current = open(CURRENT);
        if (Files.isDirectory(home.resolve(NEXT))) {
            next = open(NEXT);
        }
    }

    /** Opens with default settings, in folders that are readable for all users of the machine. */
    public static IndexGenerations in(Path home) {
        return new IndexGenerations(
                new LuceneGenerations(home, folder -> folder, IndexProperties.DEFAULTS, new PointVectors()));
    }

    private VectorIndex open(String name) {
        return LuceneVectorIndex.open(creation.apply(home.resolve(name)), properties, vectors);
    }

    private void finishSwitch() {
        Path old = home.resolve(OLD);
        if (Files.isDirectory(old)) {
            io(() -> {
                if (isEmpty(home.resolve(CURRENT)) && Files.isDirectory(home.resolve(NEXT))) {
                    Files.deleteIfExists(home.resolve(CURRENT));
                    Files.move(home.resolve(NEXT), home.resolve(CURRENT));
                }
                FileSystemUtils.deleteRecursively(old);
            });
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return true;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    @Override
    public VectorIndex current() {
        return current;
    }

    @Override
    public Optional<VectorIndex> next() {
        return Optional.ofNullable(next);
    }

    @Override
    public synchronized VectorIndex begin(int dimension) {
        drop();
        next = open(NEXT);
        return next;
    }

    /** A writer identifies its folder by the path, so both generations are closed before the folders are renamed. */
    @Override
    public synchronized void promote() {
        if (next == null) {
            return;
        }
        next.close();
        current.close();
        try {
            io(() -> {
                FileSystemUtils.deleteRecursively(home.resolve(OLD));
                Files.move(home.resolve(CURRENT), home.resolve(OLD));
            });
        } finally {
            // also after a failure, so that searches continue
            finishSwitch();
            next = Files.isDirectory(home.resolve(NEXT)) ? open(NEXT) : null;
            current = open(CURRENT);
        }
    }

    @Override
    public synchronized void drop() {
        if (next != null) {
            next.close();
            next = null;
        }
        // renamed first, because a partly deleted index would be treated as damaged
        io(() -> {
            if (Files.isDirectory(home.resolve(NEXT))) {
                FileSystemUtils.deleteRecursively(home.resolve(OLD));
                Files.move(home.resolve(NEXT), home.resolve(OLD));
                FileSystemUtils.deleteRecursively(home.resolve(OLD));
            }
        });
    }

    @Override
    public void close() {
        if (next != null) {
            next.close();
        }
        current.close();
    }

    private interface Work {
        void run() throws IOException;
    }

    private void io(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            throw new VectorIndexException(
                    "The folders of the vector index in " + home + " cannot be modified: " + e
                            + ". Check the permissions and the free disk space.",
                    e);
        }
    }
}
