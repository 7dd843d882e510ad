package routes.api.http;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.json.MappingJackson2HttpMessageConverter;
import org.springframework.http.converter.json.ProblemDetailJacksonMixin;
import org.springframework.web.accept.ContentNegotiationStrategy;
import org.springframework.web.accept.HeaderContentNegotiationStrategy;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import routes.embedded.DataFolder;
import routes.events.Json;

/** Configures HTTP for the API: JSON, limits, errors and pages. */
@Configuration(proxyBeanMethods = false)
class HttpConfiguration implements WebMvcConfigurer {

    static final ObjectMapper JSON = apiMapper();

    /** The product's JSON mapper with strict parsing and flat problem details. */
    private static ObjectMapper apiMapper() {
        ObjectMapper mapper = Json.newMapper()
                .addMixIn(ProblemDetail.class, ProblemDetailJacksonMixin.class)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        // Spring logs the errors, and an unreadable value may be a password
        mapper.getFactory()
                .setErrorReportConfiguration(ErrorReportConfiguration.builder()
                        .maxErrorTokenLength(0)
                        .maxRawContentLength(0)
                        .build());
        for (LogicalType type : List.of(LogicalType.Integer, LogicalType.Float, LogicalType.Boolean)) {
            mapper.coercionConfigFor(type)
                    .setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
        }
        mapper.coercionConfigFor(LogicalType.Boolean).setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        return mapper;
    }

    @Override
    public void extendMessageConverters(List<HttpMessageConverter<?>> converters) {
        converters.stream()
                .filter(MappingJackson2HttpMessageConverter.class::isInstance)
                .map(MappingJackson2HttpMessageConverter.class::cast)
                .forEach(converter -> converter.setObjectMapper(JSON));
    }

    /** Prevents a successful response with application/problem+json, even if the client accepts nothing else. */
    @Override
    public void configureContentNegotiation(ContentNegotiationConfigurer configurer) {
        var header = new HeaderContentNegotiationStrategy();
        configurer.strategies(List.of(request -> {
            List<MediaType> types = header.resolveMediaTypes(request).stream()
                    .filter(type -> !type.equalsTypeAndSubtype(MediaType.APPLICATION_PROBLEM_JSON))
                    .toList();
            return types.isEmpty() ? ContentNegotiationStrategy.MEDIA_TYPE_ALL_LIST : types;
        }));
    }

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, Instant.class, Times::parse);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new StrictParameters());
        registry.addInterceptor(new LargeAnswers())
                .addPathPatterns("/webjars/**", "/openapi.*", "/redoc.js", "/posts/*/media/*", "/posts/*/links/**");
    }

    /**
     * Limits the number of threads that send large responses. A large response exceeds the socket buffers and holds a thread until the
     * client has read it.
     */
    private static final class LargeAnswers implements HandlerInterceptor {
        private final Semaphore places = new Semaphore(32);

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
            // on a connection that the client does not read, the next response would hold a thread without a permit
            response.setHeader(HttpHeaders.CONNECTION, "close");
            if (!places.tryAcquire()) {
                throw ProblemType.TOO_MANY_REQUESTS.exception(
                        null, "Too many files are being downloaded at the same time");
            }
            return true;
        }

        @Override
        public void afterCompletion(
                HttpServletRequest request, HttpServletResponse response, Object handler, Exception failure)
                throws IOException {
            try {
                response.flushBuffer();
            } finally {
                places.release();
            }
        }
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addViewController("/docs").setViewName("forward:/docs.html");
        registry.addViewController("/redoc").setViewName("forward:/redoc.html");
        registry.addViewController("/").setViewName("forward:/index.html");
        registry.addRedirectViewController("/admin", "/?view=admin");
    }

    @Bean
    SecurityHeadersFilter securityHeadersFilter() {
        return new SecurityHeadersFilter();
    }

    @Bean
    RefusalFilter refusalFilter(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        return new RefusalFilter(problems);
    }

    @Bean
    BodyLimitFilter bodyLimitFilter(Operations operations) {
        return new BodyLimitFilter(operations);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedTomcat(ObjectProvider<DataFolder> data) {
        return ManagementHttp.guardedTomcat(data, "api");
    }
}
