package routes.routefiles;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param reload whether edits of config/routes are applied while the process runs, within two seconds; if false, they are applied only at
 *     start, by the HTTP operation or by the MBean
 * @param drainTimeout how long routes that are replaced may finish running exchanges; then these are interrupted, and their stream
 *     entries are redelivered
 */
@Validated
@ConfigurationProperties("routes")
public record RouteFilesProperties(
        @DefaultValue("true") boolean reload,
        @DefaultValue("30s") @DurationMin(seconds = 1) @DurationMax(minutes = 10) Duration drainTimeout) {}
