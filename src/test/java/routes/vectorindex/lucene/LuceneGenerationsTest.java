package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.post;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.vectorindex.IndexGenerations;
import routes.vectorindex.IndexGenerationsContract;

class LuceneGenerationsTest extends IndexGenerationsContract {
    @TempDir
    Path home;

    @Override
    protected IndexGenerations generations() {
        return LuceneGenerations.in(home);
    }

    /** Each step of the switch leaves folders behind when the process dies after it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "moved", "moved and created", "switched", "dropping"})
    void a_crash_during_the_switch_loses_neither_generation(String point) throws IOException {
        index.upsert(point(1, "космос"));
        index.close();
        Path current = home.resolve("index");
        Path next = home.resolve("index-next");
        Path old = home.resolve("index-old");
        switch (point) {
            case "moved", "moved and created", "switched" -> {
                Files.move(current, old);
                if (point.equals("moved and created")) {
                    Files.createDirectory(current);
                } else if (point.equals("switched")) {
                    Files.move(next, current);
                }
            }
            case "dropping" -> Files.move(next, old);
            default -> {}
        }

        index = generations();

        boolean isSwitched = point.contains("ed");
        assertThat(found("космос")).containsExactly(post(1));
        assertThat(index.identity().equals(Optional.of("second"))).isEqualTo(isSwitched);
        assertThat(next.toFile().exists()).isEqualTo(point.isEmpty());
        assertThat(old).doesNotExist();
    }
}
