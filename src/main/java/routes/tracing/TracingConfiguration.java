package routes.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Exports spans if {@code OTEL_EXPORTER_OTLP_ENDPOINT} is set. Otherwise OpenTelemetry's SDK is not started. */
@Configuration(proxyBeanMethods = false)
class TracingConfiguration {
    /** Disables the export of metrics and logs: metrics are scraped, and logs are written to the console. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "telegram-assistant",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none");

    /** Endpoints that are called several times a second, mostly without work. */
    private static final String POLLING = "scheduler*,timer*,direct:ingest-batch*,direct://ingest-batch*";

    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
    private static final String OFF = "'${" + ENDPOINT + ":}'.isBlank() or '${otel.sdk.disabled:}' == 'true'";

    @Bean
    TraceIds traceIds() {
        return new TraceIds();
    }

    @Bean
    EntryTraces entryTraces(OpenTelemetry telemetry, TraceIds ids) {
        return new EntryTraces(telemetry, ids);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnExpression(OFF)
    static class Off {
        @Bean
        OpenTelemetry openTelemetry() {
            return OpenTelemetry.noop();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnExpression("!(" + OFF + ")")
    static class On {

        /** Closing the SDK sends the remaining spans. */
        @Bean(destroyMethod = "close")
        OpenTelemetrySdk openTelemetry(TracingProperties settings, TraceIds ids) {
            return AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> DEFAULTS)
                    .addPropertiesCustomizer(properties -> Map.of(ENDPOINT, settings.endpoint()))
                    .addTracerProviderCustomizer((provider, properties) -> provider.setIdGenerator(ids))
                    .build()
                    .getOpenTelemetrySdk();
        }

        /** Camel looks up the tracer and the propagators by type. */
        @Bean
        Tracer camelTracer(OpenTelemetry telemetry) {
            return telemetry.getTracer("camel");
        }

        @Bean
        ContextPropagators propagators(OpenTelemetry telemetry) {
            return telemetry.getPropagators();
        }

        /** The filter for the HTTP API; the management port has a separate server. Runs before the filters that refuse requests. */
        @Bean
        FilterRegistrationBean<RequestSpans> requestSpans(OpenTelemetry telemetry) {
            var registration = new FilterRegistrationBean<>(new RequestSpans(telemetry));
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return registration;
        }

        /** Enables spans of routes and of their calls: models, web pages, other routes. */
        @Bean
        CamelContextConfiguration camelTracing() {
            return new CamelContextConfiguration() {
                @Override
                public void beforeApplicationStart(CamelContext camel) {
                    var tracer = new OpenTelemetryTracer();
                    tracer.setExcludePatterns(POLLING);
                    tracer.init(camel);
                }

                @Override
                public void afterApplicationStart(CamelContext camel) {
                    // nothing to do
                }
            };
        }
    }
}
