package routes.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import routes.configuration.ConfigurationException;

class PostgresServiceTest {

    @Test
    void the_form_of_the_documents_becomes_a_jdbc_address() {
        assertIs(
                PostgresService.configured("postgresql://ann:p%40ss+word@db:5433/posts?sslmode=require"),
                "jdbc:postgresql://db:5433/posts?sslmode=require",
                "ann",
                "p@ss+word");
    }

    @Test
    void the_driver_name_that_python_programs_write_is_ignored() {
        assertIs(PostgresService.configured("postgresql+asyncpg://db/posts"), "jdbc:postgresql://db/posts", null, null);
    }

    @Test
    void a_jdbc_address_stays_as_it_is() {
        assertIs(
                PostgresService.configured("jdbc:postgresql://db/posts?user=a&password=b"),
                "jdbc:postgresql://db/posts?user=a&password=b",
                null,
                null);
    }

    @Test
    void an_address_without_a_host_is_told_without_its_password() {
        assertThatThrownBy(() -> PostgresService.configured("postgresql://me:secret@/x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("DATABASE_URL=postgresql://me:***@/x")
                .hasMessageNotContaining("secret");
    }

    private static void assertIs(PostgresService service, String url, String user, String password) {
        assertThat(service.getJdbcUrl()).isEqualTo(url);
        assertThat(service.getUsername()).isEqualTo(user);
        assertThat(service.getPassword()).isEqualTo(password);
    }
}
