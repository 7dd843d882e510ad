package routes.posts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What decision 53 promises to processes of an older version that work on while a newer one migrates the database: additions only, and
 * no long wait for a table.
 */
class MigrationRulesTest {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    /** Named in decision 53, with the reason. */
    private static final Map<String, String> EXCEPTIONS = Map.of(
            "V4__tagging_state.sql", "SET NOT NULL",
            "V61__posts_without_expiry_index.sql", "DROP INDEX",
            "V62__outbox_by_stream_concurrently.sql", "DROP INDEX");

    private static final Map<String, Pattern> FORBIDDEN = Map.of(
            "DROP TABLE", statement("DROP TABLE"),
            "DROP COLUMN", statement("ALTER TABLE .*\\bDROP (COLUMN|(?!CONSTRAINT|NOT NULL|DEFAULT)\\w)"),
            "DROP INDEX", statement("DROP INDEX"),
            "RENAME", statement("ALTER .*\\bRENAME\\b"),
            "TYPE", statement("ALTER TABLE .*\\bALTER (COLUMN )?\\w+ (SET DATA )?TYPE\\b"),
            "SET NOT NULL", statement("ALTER TABLE .*\\bSET NOT NULL"),
            "NOT NULL without a default",
                    statement(
                            "ALTER TABLE .*\\bADD (COLUMN )?(?!CONSTRAINT)(?=[^,]*\\bNOT NULL\\b)(?![^,]*\\b(DEFAULT|GENERATED)\\b)"),
            "TRUNCATE", statement("TRUNCATE"));

    private static final Pattern REBUILT = Pattern.compile("DROP INDEX CONCURRENTLY IF EXISTS (\\w+)");

    private static final Pattern LOCK_TIMEOUT = Pattern.compile("SET (?:LOCAL )?lock_timeout = '(\\d+)(s|min)'");

    private static final Pattern TOUCHES_TABLES =
            Pattern.compile("\\b(ALTER TABLE|REFERENCES|UPDATE|DELETE|CONCURRENTLY)\\b", Pattern.CASE_INSENSITIVE);

    private static Pattern statement(String beginning) {
        return Pattern.compile("^" + beginning + ".*", Pattern.CASE_INSENSITIVE);
    }

    private static List<String> violations(String sql) {
        List<String> found = new ArrayList<>();
        for (String one : statements(sql)) {
            FORBIDDEN.forEach((rule, pattern) -> {
                if (pattern.matcher(one).matches() && !isBuiltAgain(one, sql)) {
                    found.add(rule);
                }
            });
        }
        return found;
    }

    /** An index that an interrupted build left invalid is dropped to be built in the same file. */
    private static boolean isBuiltAgain(String statement, String sql) {
        var dropped = REBUILT.matcher(statement);
        return dropped.matches()
                && sql.contains("CREATE INDEX CONCURRENTLY IF NOT EXISTS " + dropped.group(1) + " ON ");
    }

    private static List<String> statements(String sql) {
        return Stream.of(sql.replaceAll("--[^\\n]*", "").split(";"))
                .map(statement -> statement.replaceAll("\\s+", " ").strip())
                .toList();
    }

    private static List<Path> migrations() throws IOException {
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            return files.filter(file -> file.toString().endsWith(".sql")).toList();
        }
    }

    @Test
    void migrations_only_add() throws IOException {
        for (Path file : migrations()) {
            String name = file.getFileName().toString();
            List<String> found = new ArrayList<>(violations(Files.readString(file)));
            found.removeIf(rule -> rule.equals(EXCEPTIONS.get(name)));
            assertThat(found).as(name).isEmpty();
        }
        String decision = Files.readString(Path.of("docs/decisions/0053-upgrade.md"));
        assertThat(EXCEPTIONS.keySet())
                .allSatisfy(name -> assertThat(decision).contains(name.replaceFirst("__.*", "")));
    }

    @Test
    void each_exception_is_needed() throws IOException {
        for (Map.Entry<String, String> exception : EXCEPTIONS.entrySet()) {
            assertThat(violations(Files.readString(MIGRATIONS.resolve(exception.getKey()))))
                    .as(exception.getKey())
                    .contains(exception.getValue());
        }
    }

    /** Longer only outside a transaction, where building an index waits for other transactions and holds nobody up. */
    @Test
    void migrations_wait_for_a_table_ten_seconds_at_most() throws IOException {
        for (Path file : migrations()) {
            String sql = Files.readString(file);
            if (!TOUCHES_TABLES.matcher(sql).find()) {
                continue; // makes new tables only
            }
            var timeout = LOCK_TIMEOUT.matcher(sql);
            assertThat(timeout.find()).as("%s sets lock_timeout", file).isTrue();
            boolean isConcurrent = Files.exists(file.resolveSibling(file.getFileName() + ".conf"));
            if (!isConcurrent) {
                assertThat(timeout.group(2)).as("%s", file).isEqualTo("s");
                assertThat(Integer.parseInt(timeout.group(1))).as("%s", file).isLessThanOrEqualTo(10);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE posts DROP COLUMN content",
                "alter table posts\n  drop content",
                "DROP TABLE posts CASCADE",
                "ALTER TABLE posts RENAME COLUMN a TO b",
                "ALTER TABLE posts RENAME TO messages",
                "ALTER TABLE posts ALTER COLUMN a TYPE bigint",
                "ALTER TABLE posts ALTER a SET DATA TYPE text",
                "ALTER TABLE posts ADD COLUMN IF NOT EXISTS a text NOT NULL",
                "ALTER TABLE posts ADD a text NOT NULL",
                "ALTER TABLE posts ADD COLUMN a text DEFAULT '', ADD COLUMN b text NOT NULL",
                "ALTER TABLE posts ALTER COLUMN a SET NOT NULL",
                "DROP INDEX idx_posts",
                "DROP INDEX CONCURRENTLY IF EXISTS a; CREATE INDEX CONCURRENTLY IF NOT EXISTS b ON posts (c)",
                "TRUNCATE posts"
            })
    void what_an_older_process_could_not_bear_is_found(String statement) {
        assertThat(violations("SET LOCAL lock_timeout = '10s';\n-- why\n" + statement + ";"))
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE posts ADD COLUMN IF NOT EXISTS a text NOT NULL DEFAULT ''",
                "ALTER TABLE posts ADD COLUMN a text, ADD COLUMN b boolean NOT NULL DEFAULT false",
                "ALTER TABLE posts DROP CONSTRAINT IF EXISTS c",
                "CREATE TABLE IF NOT EXISTS t (a text NOT NULL)",
                "CREATE INDEX IF NOT EXISTS i ON posts (a)",
                "UPDATE posts SET a = '' WHERE a IS NULL"
            })
    void additions_are_allowed(String statement) {
        assertThat(violations(statement)).as(statement.toLowerCase(Locale.ROOT)).isEmpty();
    }
}
