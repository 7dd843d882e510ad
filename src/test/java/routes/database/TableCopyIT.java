package routes.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.testing.EmbeddedDatabase;

class TableCopyIT {
    @RegisterExtension
    static final EmbeddedDatabase database = EmbeddedDatabase.empty();

    private JdbcClient jdbc;
    private TransactionTemplate transaction;

    @BeforeEach
    void emptyTable() {
        jdbc = database.jdbc();
        jdbc.sql("DROP TABLE IF EXISTS copied").update();
        jdbc.sql(
                        """
                        CREATE TABLE copied (number bigint GENERATED ALWAYS AS IDENTITY, id uuid, content text CHECK (content <> 'bad'),
                            event jsonb, at timestamptz, flag boolean)""")
                .update();
        transaction = new TransactionTemplate(new JdbcTransactionManager(database.dataSource()));
    }

    private static void insert(Stream<Object[]> rows) {
        TableCopy.insert(database.dataSource(), "copied (id, content, event, at, flag)", rows);
    }

    private static Object[] row(String content) {
        return new Object[] {null, content, null, null, null};
    }

    private List<String> contents() {
        return jdbc.sql("SELECT content FROM copied ORDER BY number")
                .query(String.class)
                .list();
    }

    @Test
    void every_text_arrives_as_it_is_and_in_its_order() {
        List<String> texts = Stream.concat(
                        Stream.of(
                                "", "\\N", "\\.", "\\", "a\\tb", "NULL", "'\"$1", "\ud83d\ude00", "x".repeat(200_000)),
                        IntStream.rangeClosed(1, 0x2FFF)
                                .filter(Character::isDefined)
                                .mapToObj(unit -> "<" + (char) unit + ">"))
                .toList();

        insert(texts.stream().map(TableCopyIT::row));

        assertThat(contents()).isEqualTo(texts);
    }

    @Test
    void values_of_all_types_and_nulls_arrive() {
        UUID id = UUID.randomUUID();
        Instant at = Instant.parse("1969-12-31T23:59:59.123456Z");
        insert(Stream.of(
                new Object[] {id, "a\nb", "{\"text\": \"x\\n\\\"\\\\\\ty\"}", at, true},
                new Object[] {null, null, null, null, null}));

        assertThat(jdbc.sql("SELECT id, content, event ->> 'text' AS text, at, flag FROM copied ORDER BY number")
                        .query((row, n) -> Arrays.asList(
                                row.getObject(1),
                                row.getString(2),
                                row.getString(3),
                                row.getObject(4) == null
                                        ? null
                                        : row.getObject(4, OffsetDateTime.class).toInstant(),
                                row.getObject(5)))
                        .list())
                .containsExactly(
                        List.of(id, "a\nb", "x\n\"\\\ty", at, true), Arrays.asList(null, null, null, null, null));
    }

    @Test
    void a_refused_row_is_reported_as_of_any_statement_and_nothing_is_inserted() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(
                        status -> insert(IntStream.range(0, 50_000).mapToObj(i -> row(i == 30_000 ? "bad" : "good")))))
                .isInstanceOf(DataIntegrityViolationException.class);

        assertThat(contents()).isEmpty();
        insert(Stream.<Object[]>of(row("after it")));
        assertThat(contents()).containsExactly("after it");
    }

    @Test
    void if_a_row_cannot_be_made_nothing_is_inserted_and_the_connection_goes_on() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(
                        status -> insert(IntStream.range(0, 50_000).mapToObj(i -> {
                            if (i == 30_000) {
                                throw new IllegalStateException("no row");
                            }
                            return row("good");
                        }))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no row");

        transaction.executeWithoutResult(status -> insert(Stream.<Object[]>of(row("after it"))));
        assertThat(contents()).containsExactly("after it");
    }

    @Test
    void the_rows_belong_to_the_transaction_of_the_calling_thread() {
        transaction.executeWithoutResult(status -> {
            insert(Stream.<Object[]>of(row("rolled back")));
            assertThat(contents()).containsExactly("rolled back");
            status.setRollbackOnly();
        });

        assertThat(contents()).isEmpty();
    }
}
