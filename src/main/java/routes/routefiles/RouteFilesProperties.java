package routes.routefiles;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param reload whether edits of config/routes are taken while the process runs, within two seconds; false: at a start, by the HTTP
 *     operation and the MBean only
 * @param drainTimeout how long routes that make room for an edit may work on what they have begun; then it is interrupted, and entries of
 *     streams are delivered again
 */
@Validated
@ConfigurationProperties("routes")
public record RouteFilesProperties(
        @DefaultValue("true") boolean reload,
        @DefaultValue("30s") @DurationMin(seconds = 1) @DurationMax(minutes = 10) Duration drainTimeout) {}
