package routes.api.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.json.MappingJackson2HttpMessageConverter;
import org.springframework.http.converter.json.ProblemDetailJacksonMixin;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.i18n.FixedLocaleResolver;
import org.webjars.WebJarVersionLocator;
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
        mapper.coercionConfigFor(LogicalType.Integer)
                .setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
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

    @Override
    public void configureContentNegotiation(ContentNegotiationConfigurer configurer) {
        configurer.strategies(List.of(new AcceptedTypes()));
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new KnownParameters());
        registry.addInterceptor(new LargeAnswers()).addPathPatterns("/webjars/**", "/openapi.*", "/posts/*/media/*");
    }

    /** Large responses exceed the socket buffers and hold a thread until the client has read them; limits the number of such threads. */
    private static final class LargeAnswers implements HandlerInterceptor {
        private final Semaphore places = new Semaphore(32);

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
            // on a connection that the client does not read, the next response would hold a thread without a permit
            response.setHeader(HttpHeaders.CONNECTION, "close");
            if (!places.tryAcquire()) {
                throw ProblemType.TOO_MANY_REQUESTS.exception(null, "Too many files are being sent already");
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
    }

    /** The ReDoc script without the URL of a logo on the vendor's server, which every page would load. */
    @Bean
    RouterFunction<ServerResponse> redocScript() throws IOException {
        var file = new ClassPathResource(new WebJarVersionLocator().fullPath("redoc", "bundles/redoc.standalone.js"));
        String script = file.getContentAsString(StandardCharsets.UTF_8)
                .replace("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,");
        return RouterFunctions.route()
                .GET("/redoc.js", request -> ServerResponse.ok()
                        .contentType(new MediaType("text", "javascript", StandardCharsets.UTF_8))
                        .body(script))
                .build();
    }

    @Bean
    SecurityHeadersFilter securityHeadersFilter() {
        return new SecurityHeadersFilter();
    }

    @Bean
    BodyLimitFilter bodyLimitFilter(@Qualifier("requestMappingHandlerMapping") HandlerMapping operations) {
        return new BodyLimitFilter(operations);
    }

    /** Messages are in the language of the documentation. */
    @Bean
    LocaleResolver localeResolver() {
        return new FixedLocaleResolver(Locale.ENGLISH);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedTomcat(ObjectProvider<DataFolder> data) {
        return ManagementHttp.guardedTomcat(data, "api");
    }
}
