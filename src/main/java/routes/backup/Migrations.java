package routes.backup;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Supplier;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * The versions of the database schema that this program supports, for a restore.
 *
 * @param flyway creates a configuration with the database, as at a start
 */
public record Migrations(Supplier<FluentConfiguration> flyway) {

    void to(String version) {
        flyway.get().target(version).load().migrate();
    }

    void toNewest() {
        flyway.get().load().migrate();
    }

    String newest() {
        return Arrays.stream(flyway.get().load().info().all())
                .filter(one -> one.getVersion() != null && one.getState().isResolved())
                .max(Comparator.comparing(MigrationInfo::getVersion))
                .orElseThrow()
                .getVersion()
                .getVersion();
    }

    /** Returns the current version; empty for a database without migrations. */
    Optional<String> current() {
        return Optional.ofNullable(flyway.get().load().info().current())
                .map(one -> one.getVersion().getVersion());
    }
}
