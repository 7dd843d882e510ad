package routes.api.access;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletResponse;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.session.DisableEncodeUrlFilter;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import routes.configuration.ManagementProperties;

/** Who may call what: by Spring Security, with the keys of {@code API_KEYS}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AccessProperties.class, ManagementProperties.class})
class AccessConfiguration implements WebMvcConfigurer {

    /** Files without data: the reader's page, the documentation. */
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

    /** Metrics and health are open on a loopback address, as Prometheus beside the process expects; elsewhere they are an operator's. */
    @Bean
    @Order(1)
    SecurityFilterChain managementAccess(
            HttpSecurity http,
            AccessProperties properties,
            ManagementProperties management,
            ApiKeyAuthenticationManager keys,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems)
            throws Exception {
        boolean isLocal = isLoopback(management.address());
        return common(http, properties, keys, problems, AnyRequestMatcher.INSTANCE)
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
            HttpSecurity http,
            AccessProperties properties,
            ApiKeyAuthenticationManager keys,
            Operations operations,
            OperationAccess access,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems)
            throws Exception {
        return common(http, properties, keys, problems, operations::needsKey)
                .authorizeHttpRequests(requests -> {
                    if (hasKeys(properties)) {
                        // the way from a request that was checked already to a page or a problem
                        requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD)
                                .permitAll()
                                .requestMatchers(HttpMethod.GET, OPEN)
                                .permitAll()
                                .anyRequest()
                                .access(access);
                    } else {
                        requests.anyRequest().permitAll();
                    }
                })
                .build();
    }

    private static HttpSecurity common(
            HttpSecurity http,
            AccessProperties properties,
            ApiKeyAuthenticationManager keys,
            HandlerExceptionResolver problems,
            RequestMatcher needsKey)
            throws Exception {
        http.csrf(AbstractHttpConfigurer::disable) // nothing is sent by browsers on their own
                .headers(
                        AbstractHttpConfigurer
                                ::disable) // SecurityHeadersFilter sets them on errors of the container too
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(errors -> errors.authenticationEntryPoint(
                                (request, response, e) -> problems.resolveException(request, response, null, e))
                        .accessDeniedHandler(
                                (request, response, e) -> problems.resolveException(request, response, null, e)))
                .addFilterBefore(new ProblemFilter(problems), DisableEncodeUrlFilter.class);
        if (hasKeys(properties)) {
            var bearer = new AuthenticationFilter(keys, new BearerKeys());
            bearer.setRequestMatcher(needsKey);
            bearer.setSuccessHandler((request, response, authentication) -> {});
            bearer.setFailureHandler((request, response, e) -> problems.resolveException(request, response, null, e));
            return http.addFilter(bearer)
                    .addFilterAfter(new RateLimitFilter(properties.rateLimit()), AuthenticationFilter.class);
        }
        return http.addFilterAfter(new LocalCallersFilter(), ProblemFilter.class);
    }

    /** Paths that are not what they seem are refused before anything compares them with patterns. */
    @Bean
    HttpFirewall httpFirewall() {
        var firewall = new StrictHttpFirewall();
        // which methods there are, and where, is told by the operations
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    @Bean
    RequestRejectedHandler requestRejectedHandler(
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        return (request, response, e) -> {
            if (problems.resolveException(request, response, null, e) == null) {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            }
        };
    }

    private static AuthorizationDecision isOperator(Authentication authentication) {
        return new AuthorizationDecision(
                authentication instanceof ApiKeyAuthentication key && key.role().includes(Role.OPERATOR));
    }

    private static boolean hasKeys(AccessProperties properties) {
        return !new ApiKeys(properties.keys()).isEmpty();
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("PublicAddressCheck has looked at it: " + address, e);
        }
    }
}
