package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class BackupsIT {

    @TempDir
    static Path parent;

    @RegisterExtension
    static final RunningApi api = new RunningApi().with("backup.dir", () -> folder().toString());

    private static Path folder() {
        return parent.resolve("backups");
    }

    @Test
    void a_backup_is_made_in_the_background_listed_and_recorded() throws IOException {
        Path abandoned = Files.createDirectories(folder()).resolve("telegram-assistant-20260101T000000Z.tar.part");
        Files.writeString(abandoned, "of a process that died");
        Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

        ApiClient.Answer begun = api.client().post("/admin/backups");

        OpenApiContract.INSTANCE.check(begun);
        assertThat(begun.status()).isEqualTo(202);
        String file = begun.text("file");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            ApiClient.Answer list = api.client().get("/admin/backups");
            OpenApiContract.INSTANCE.check(list);
            assertThat(list.json().at("/items/0/file").asText()).isEqualTo(file);
            assertThat(list.json().at("/items/0/status").asText()).isEqualTo("done");
            assertThat(list.json().at("/items/0/size_bytes").asLong()).isEqualTo(Files.size(folder().resolve(file)));
        });
        assertThat(api.jdbc()
                        .sql(
                                "SELECT via || ' ' || outcome || ' ' || affected FROM operator_audit WHERE operation = 'backup'")
                        .query(String.class)
                        .list())
                .containsExactly("http done 1");
        assertThat(folder().toFile().list()).containsExactly(file);
    }

    @Test
    void a_folder_that_cannot_be_made_is_said_with_its_name() throws IOException {
        Path there = folder().resolveSibling("backups-of-before");
        boolean exists = Files.exists(folder());
        if (exists) {
            Files.move(folder(), there);
        }
        Files.writeString(folder(), "in the way");
        try {
            ApiClient.Answer refused = api.client().post("/admin/backups");

            OpenApiContract.INSTANCE.check(refused);
            OpenApiContract.INSTANCE.assertProblem(refused, 507);
            assertThat(refused.text("detail")).contains("BACKUP_DIR=" + folder());
        } finally {
            Files.delete(folder());
            if (exists) {
                Files.move(there, folder());
            }
        }
    }
}
