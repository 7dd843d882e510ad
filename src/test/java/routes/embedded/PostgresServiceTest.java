package routes.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import routes.configuration.ConfigurationException;

class PostgresUrlTest {

    @Test
    void the_form_of_the_documents_becomes_a_jdbc_address() {
        assertThat(PostgresUrl.parse("postgresql://ann:p%40ss+word@db:5433/posts?sslmode=require"))
                .isEqualTo(new PostgresUrl("jdbc:postgresql://db:5433/posts?sslmode=require", "ann", "p@ss+word"));
    }

    @Test
    void the_driver_name_that_python_programs_write_is_ignored() {
        assertThat(PostgresUrl.parse("postgresql+asyncpg://db/posts").jdbcUrl())
                .isEqualTo("jdbc:postgresql://db/posts");
    }

    @Test
    void a_jdbc_address_stays_as_it_is() {
        assertThat(PostgresUrl.parse("jdbc:postgresql://db/posts?user=a&password=b"))
                .isEqualTo(new PostgresUrl("jdbc:postgresql://db/posts?user=a&password=b", null, null));
    }

    @Test
    void an_address_without_a_host_is_told_without_its_password() {
        assertThatThrownBy(() -> PostgresUrl.parse("postgresql://me:secret@/x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("DATABASE_URL=postgresql://me:***@/x")
                .hasMessageNotContaining("secret");
    }
}
