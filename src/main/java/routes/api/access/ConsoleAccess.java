package routes.api.access;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.session.NullAuthenticatedSessionStrategy;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.web.filter.OncePerRequestFilter;
import routes.console.ConsoleLogin;

/**
 * Access to Hawtio and Jolokia: a separate login, independent of the address of the management port, and a CSRF token, because browsers
 * send the credentials automatically.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleAccess {
    /** A request to Jolokia, directly or through Hawtio; the group is the rest of the path, which begins with the type of the request. */
    private static final Pattern JOLOKIA = Pattern.compile(".*?/jolokia(?:/(.*))?");

    private static final Set<String> READING = Set.of("", "read", "list", "search", "version");

    @Bean
    @Order(0)
    SecurityFilterChain consoleAccessChain(HttpSecurity http, ConsoleLogin login) throws Exception {
        var tokens = CookieCsrfTokenRepository.withHttpOnlyFalse();
        tokens.setCookieCustomizer(cookie -> cookie.path("/").sameSite("Strict"));
        return http.securityMatcher(EndpointRequest.to("hawtio", "jolokia"))
                .authenticationManager(given -> authenticated(given, login))
                .httpBasic(basic -> basic.authenticationEntryPoint(ConsoleAccess::askForLogin))
                .exceptionHandling(errors -> errors.authenticationEntryPoint(ConsoleAccess::askForLogin)
                        .accessDeniedHandler(
                                (request, response, e) -> response.setStatus(HttpStatus.FORBIDDEN.value())))
                .csrf(csrf -> csrf.csrfTokenRepository(tokens)
                        .requireCsrfProtectionMatcher(
                                request -> CsrfFilter.DEFAULT_CSRF_MATCHER.matches(request) || !isReading(request))
                        // the script returns the cookie value unchanged
                        .csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler())
                        // every request authenticates; replacing the token each time would invalidate the token of
                        // concurrent requests
                        .sessionAuthenticationStrategy(new NullAuthenticatedSessionStrategy()))
                .addFilterAfter(new TokenFilter(), BasicAuthenticationFilter.class)
                .addFilterAfter(new RepeatedCalls(), AuthorizationFilter.class)
                .headers(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD)
                                .permitAll()
                                .anyRequest()
                                .authenticated())
                .build();
    }

    /** Jolokia also executes operations for GET, which a link on another page can send. */
    private static boolean isReading(HttpServletRequest request) {
        Matcher path = JOLOKIA.matcher(request.getServletPath() + Objects.toString(request.getPathInfo(), ""));
        return !path.matches()
                || (request.getParameter("p") == null
                        && READING.contains(Objects.toString(path.group(1), "").replaceFirst("/.*", "")));
    }

    /** Responds without an error dispatch, which would show the error page. */
    private static void askForLogin(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException refusal) {
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Telegram Assistant\", charset=\"UTF-8\"");
        response.setStatus(HttpStatus.UNAUTHORIZED.value());
    }

    private static Authentication authenticated(Authentication given, ConsoleLogin login) {
        if (!login.matches(given.getName(), Objects.toString(given.getCredentials(), ""))) {
            throw new BadCredentialsException("Wrong user or password, or too many failed attempts in the last minute");
        }
        return UsernamePasswordAuthenticationToken.authenticated(given.getName(), null, List.of());
    }

    /** Reads the lazily created token; otherwise the page would never receive its cookie. */
    private static final class TokenFilter extends OncePerRequestFilter {
        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) {
                String unused = token.getToken();
            }
            chain.doFilter(request, response);
        }
    }
}
