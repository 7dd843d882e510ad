package routes.api.access;

import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.session.DisableEncodeUrlFilter;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.stereotype.Component;

/** Checks that apply to every request on both ports: its key, or its origin if no keys are configured. */
@Component
final class Guard {

    private final ApiKeys keys;
    private final ApiKeyAuthenticationManager authentication;
    private final Refusals refusals;
    private final int rateLimit;

    Guard(ApiKeys keys, ApiKeyAuthenticationManager authentication, Refusals refusals, AccessProperties properties) {
        this.keys = keys;
        this.authentication = authentication;
        this.refusals = refusals;
        this.rateLimit = properties.rateLimit();
    }

    /** @param needsKey the requests whose key is checked */
    HttpSecurity before(HttpSecurity http, RequestMatcher needsKey) throws Exception {
        // CSRF does not apply: a browser never sends a key on its own
        http.csrf(AbstractHttpConfigurer::disable)
                // SecurityHeadersFilter sets them, also on container errors
                .headers(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(errors -> errors.authenticationEntryPoint(
                                (request, response, e) -> refusals.tell(request, response, e, HttpStatus.UNAUTHORIZED))
                        .accessDeniedHandler(
                                (request, response, e) -> refusals.tell(request, response, e, HttpStatus.FORBIDDEN)))
                .addFilterBefore(new ProblemFilter(refusals), DisableEncodeUrlFilter.class);
        if (keys.isEmpty()) {
            return http.addFilterAfter(new LocalCallersFilter(), ProblemFilter.class);
        }
        return http.addFilter(bearer(needsKey))
                .addFilterAfter(new RateLimitFilter(rateLimit), AuthenticationFilter.class);
    }

    private AuthenticationFilter bearer(RequestMatcher needsKey) {
        var bearer = new AuthenticationFilter(authentication, new BearerKeys());
        bearer.setRequestMatcher(needsKey);
        bearer.setSuccessHandler((request, response, recognised) -> {});
        bearer.setFailureHandler(
                (request, response, e) -> refusals.tell(request, response, e, HttpStatus.UNAUTHORIZED));
        return bearer;
    }
}
