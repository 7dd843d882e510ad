package routes.tracing;

import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param endpoint address of a collector that accepts traces over OTLP/HTTP, such as http://127.0.0.1:4318; empty to disable tracing. The
 *     other standard OpenTelemetry variables apply, such as OTEL_TRACES_SAMPLER
 */
@ConfigurationProperties("otel.exporter.otlp")
public record TracingProperties(
        @DefaultValue("") @Pattern(regexp = "(https?://\\S+)?", message = "must be an http or https URL")
                String endpoint) {}
