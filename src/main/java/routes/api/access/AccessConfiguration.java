package routes.api.access;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.stream.Stream;
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
import org.springframework.http.HttpMethod;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.firewall.DefaultRequestRejectedHandler;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.session.DisableEncodeUrlFilter;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.NegatedRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import routes.api.http.Operations;
import routes.api.http.ProblemType;

/**
 * Access control with Spring Security and the keys of {@code API_KEYS}. Refusals are exceptions, converted to responses by the
 * RefusalFilter.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessProperties.class)
class AccessConfiguration {

    /** Paths that need no key: health, and static files without data (reader page, demo pages and documentation). */
    private static final RequestMatcher OPEN = new OrRequestMatcher(Stream.of(
                    "/health",
                    "/health/live",
                    "/health/ready",
                    "/",
                    "/admin",
                    "/*.html",
                    "/*.js",
                    "/*.css",
                    "/*.svg",
                    "/*.ico",
                    "/reader/**",
                    "/demo/**",
                    "/docs",
                    "/redoc",
                    "/openapi.yaml",
                    "/openapi.json",
                    "/webjars/**")
            .<RequestMatcher>map(PathPatternRequestMatcher.withDefaults()::matcher)
            .toList());

    /** The address of a feed contains its own key. */
    private static final RequestMatcher FEEDS =
            PathPatternRequestMatcher.withDefaults().matcher("/feeds/{key}/{file}");

    private static final RequestMatcher KEYLESS = new OrRequestMatcher(OPEN, FEEDS);

    @Bean
    ApiKeys apiKeys(AccessProperties properties) {
        return new ApiKeys(properties.keys());
    }

    /**
     * On a loopback address, metrics and health need no key, so that a local Prometheus can read them. On other addresses they need an
     * operator key, except for {@code /health/live}: an orchestrator that probes the process has no key.
     */
    @Bean
    @Order(1)
    SecurityFilterChain managementAccess(
            HttpSecurity http, ApiKeys keys, KeyAuthentication authentication, Environment environment)
            throws Exception {
        return guarded(http, keys, authentication, AnyRequestMatcher.INSTANCE)
                .securityMatcher(EndpointRequest.toAnyEndpoint())
                .authorizeHttpRequests(requests -> {
                    if (ListenAddresses.isManagementLocal(environment)) {
                        requests.anyRequest().permitAll();
                    } else {
                        requests.requestMatchers(PathPatternRequestMatcher.withDefaults()
                                        .matcher(HttpMethod.GET, "/health/live"))
                                .permitAll()
                                .anyRequest()
                                .access((caller, context) -> mayCall(caller.get(), Role.OPERATOR, false));
                    }
                })
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain apiAccess(
            HttpSecurity http, ApiKeys keys, KeyAuthentication authentication, Operations operations) throws Exception {
        return guarded(http, keys, authentication, new NegatedRequestMatcher(KEYLESS))
                .authorizeHttpRequests(requests -> {
                    if (keys.isEmpty()) {
                        requests.anyRequest().permitAll();
                    } else {
                        // dispatches of an already authorised request to a page or a problem response
                        requests.dispatcherTypeMatchers(
                                        DispatcherType.ERROR, DispatcherType.FORWARD, DispatcherType.ASYNC)
                                .permitAll()
                                .requestMatchers(KEYLESS)
                                .permitAll()
                                .anyRequest()
                                .access((caller, context) -> {
                                    // an unknown operation needs only the role reader, so that every caller gets the
                                    // error for it
                                    Optional<Role.Needed> needed = operations
                                            .find(context.getRequest())
                                            .flatMap(Role::needed);
                                    return mayCall(
                                            caller.get(),
                                            needed.map(Role.Needed::value).orElse(Role.READER),
                                            needed.map(Role.Needed::ofInstallation)
                                                    .orElse(false));
                                });
                    }
                })
                .build();
    }

    /**
     * Checks for every request on both ports: its key, or its origin if no keys are configured.
     *
     * @param keyed requests whose key is checked; on other requests an unknown key is ignored
     */
    private static HttpSecurity guarded(
            HttpSecurity http, ApiKeys keys, KeyAuthentication authentication, RequestMatcher keyed) throws Exception {
        // CSRF does not apply: browsers never send the key automatically
        http.csrf(AbstractHttpConfigurer::disable)
                // SecurityHeadersFilter sets them, also on container errors
                .headers(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(errors -> errors.authenticationEntryPoint((request, response, e) -> {
                            throw e;
                        })
                        .accessDeniedHandler((request, response, e) -> {
                            throw e;
                        }));
        if (keys.isEmpty()) {
            return http.addFilterAfter(new LocalCallersFilter(), DisableEncodeUrlFilter.class);
        }
        var bearer = new AuthenticationFilter(authentication, authentication);
        bearer.setRequestMatcher(keyed);
        bearer.setSuccessHandler((request, response, recognised) -> {});
        bearer.setFailureHandler((request, response, e) -> {
            throw e;
        });
        return http.addFilter(bearer);
    }

    private static AuthorizationDecision mayCall(Authentication authentication, Role needed, boolean ofInstallation) {
        if (!(authentication.getPrincipal() instanceof Caller caller)) {
            return new AuthorizationDecision(false);
        }
        if (!caller.role().includes(needed)) {
            throw new AccessDeniedException("The key " + caller.name() + " has the role "
                    + caller.role().text() + "; this operation requires the role " + needed.text());
        }
        if (ofInstallation && !TenantStore.DEFAULT_TENANT.equals(caller.tenant())) {
            throw new AccessDeniedException(
                    "The key " + caller.name()
                            + " belongs to a tenant; this operation concerns all tenants and requires a key of the tenant default");
        }
        return new AuthorizationDecision(true);
    }

    /** Refuses every request for data until schema and routes are ready, and during shutdown. */
    @Bean
    FilterRegistrationBean<Filter> readyFilter(ApplicationAvailability availability) {
        var registration = new FilterRegistrationBean<Filter>((request, response, chain) -> {
            if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC
                    && !OPEN.matches((HttpServletRequest) request)) {
                throw ProblemType.NOT_READY.exception(null, "The process is starting or shutting down");
            }
            chain.doFilter(request, response);
        });
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 3);
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
    RequestRejectedHandler requestRejectedHandler() {
        return new DefaultRequestRejectedHandler();
    }
}
