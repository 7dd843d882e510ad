package routes.api.access;

import io.github.bucket4j.Bucket;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.web.filter.OncePerRequestFilter;
import routes.console.ConsoleLogin;

/**
 * Access to Hawtio and Jolokia: a login of their own, on whatever address the management port listens, and a token against forged
 * requests, since a browser sends the login by itself.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleAccess {
    private static final int FAILURES_PER_MINUTE = 30;

    @Bean
    @Order(0)
    SecurityFilterChain consoleAccessChain(HttpSecurity http, ConsoleLogin login) throws Exception {
        var tokens = CookieCsrfTokenRepository.withHttpOnlyFalse();
        tokens.setCookieCustomizer(cookie -> cookie.path("/").sameSite("Strict"));
        return http.securityMatcher(EndpointRequest.to("hawtio", "jolokia"))
                .authenticationManager(new ProviderManager(List.of(provider(login))))
                .httpBasic(basic -> basic.realmName("Telegram Assistant"))
                .csrf(csrf -> csrf.csrfTokenRepository(tokens)
                        // the script sends what the cookie says
                        .csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler()))
                .addFilterAfter(new TokenFilter(), BasicAuthenticationFilter.class)
                .headers(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .build();
    }

    private static AuthenticationProvider provider(ConsoleLogin login) {
        // only failures count, so that guessing is slow and working is not
        Bucket failures = Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(FAILURES_PER_MINUTE).refillGreedy(FAILURES_PER_MINUTE, Duration.ofMinutes(1)))
                .build();
        return new AuthenticationProvider() {
            @Override
            public Authentication authenticate(Authentication given) {
                String password = given.getCredentials() == null ? "" : given.getCredentials().toString();
                if (failures.getAvailableTokens() < 1 || !login.matches(given.getName(), password)) {
                    boolean unused = failures.tryConsume(1);
                    throw new BadCredentialsException("Wrong user or password, or too many wrong ones in the last minute");
                }
                return UsernamePasswordAuthenticationToken.authenticated(given.getName(), null, List.of());
            }

            @Override
            public boolean supports(Class<?> type) {
                return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
            }
        };
    }

    /** The token is created when it is first asked for; without this the page would never get its cookie. */
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
