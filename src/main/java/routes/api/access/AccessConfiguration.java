package routes.api.access;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import routes.api.http.ProblemType;

/** Access control with Spring Security and the keys of {@code API_KEYS}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessProperties.class)
class AccessConfiguration implements WebMvcConfigurer {

    /** Static files without data: the reader page and the documentation. */
    private static final String[] OPEN = {
        "/",
        "/*.html",
        "/*.js",
        "/*.css",
        "/*.svg",
        "/*.ico",
        "/reader/**",
        "/docs",
        "/redoc",
        "/openapi.yaml",
        "/openapi.json",
        "/webjars/**"
    };

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new CallerResolver());
    }

    @Bean
    ApiKeys apiKeys(AccessProperties properties) {
        return new ApiKeys(properties.keys());
    }

    /** On a loopback address metrics and health need no key, for a local Prometheus; elsewhere they need an operator key. */
    @Bean
    @Order(1)
    SecurityFilterChain managementAccess(HttpSecurity http, Guard guard, Environment environment) throws Exception {
        boolean isLocal = ListenAddress.MANAGEMENT.isLoopback(environment);
        return guard.before(http, AnyRequestMatcher.INSTANCE)
                .securityMatcher(EndpointRequest.toAnyEndpoint())
                .authorizeHttpRequests(requests -> {
                    if (isLocal) {
                        requests.anyRequest().permitAll();
                    } else {
                        requests.anyRequest().access((authentication, context) -> isOperator(authentication.get()));
                    }
                })
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain apiAccess(
            HttpSecurity http, Guard guard, ApiKeys keys, Operations operations, OperationAccess access)
            throws Exception {
        return guard.before(http, operations::needsKey)
                .authorizeHttpRequests(requests -> {
                    if (keys.isEmpty()) {
                        requests.anyRequest().permitAll();
                    } else {
                        // dispatches of a request that was already authorised, to a page or a problem
                        requests.dispatcherTypeMatchers(
                                        DispatcherType.ERROR, DispatcherType.FORWARD, DispatcherType.ASYNC)
                                .permitAll()
                                .requestMatchers(OPEN)
                                .permitAll()
                                .anyRequest()
                                .access(access);
                    }
                })
                .build();
    }

    /** Refuses operations with data until schema and routes are ready, and during shut-down. */
    @Bean
    FilterRegistrationBean<OncePerRequestFilter> readyFilter(
            ApplicationAvailability availability, Operations operations, Refusals refusals) {
        var registration = new FilterRegistrationBean<OncePerRequestFilter>(new OncePerRequestFilter() {
            @Override
            protected boolean shouldNotFilter(HttpServletRequest request) {
                return availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC
                        || operations
                                .find(request)
                                .flatMap(Operations.Call::role)
                                .isEmpty();
            }

            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws IOException {
                refusals.tell(
                        request,
                        response,
                        ProblemType.NOT_READY.exception(null, "The process is starting or stopping"),
                        HttpStatus.SERVICE_UNAVAILABLE);
            }
        });
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return registration;
    }

    /** Rejects ambiguous paths before they are matched against patterns. */
    @Bean
    HttpFirewall httpFirewall() {
        var firewall = new StrictHttpFirewall();
        // the operations define the allowed methods
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    @Bean
    RequestRejectedHandler requestRejectedHandler(Refusals refusals) {
        return (request, response, e) -> refusals.tell(request, response, e, HttpStatus.BAD_REQUEST);
    }

    private static AuthorizationDecision isOperator(Authentication authentication) {
        return new AuthorizationDecision(
                authentication instanceof ApiKeyAuthentication key && key.role().includes(Role.OPERATOR));
    }
}
