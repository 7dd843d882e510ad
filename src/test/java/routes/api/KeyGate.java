package routes.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.web.filter.OncePerRequestFilter;

/** Asks for a key once a test says so, as an API with keys does. */
final class KeyGate extends OncePerRequestFilter {

    private static final Pattern ASKS = Pattern.compile("/(users|posts|albums|imports)(/.*)?");

    private volatile String key;

    /**
     * @param now null lets everybody in
     */
    void ask(String now) {
        key = now;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String wanted = key;
        if (wanted != null
                && ASKS.matcher(request.getRequestURI()).matches()
                && !("Bearer " + wanted).equals(request.getHeader("Authorization"))) {
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
            response.setContentType("application/problem+json");
            response.getWriter().write("{\"title\": \"A key is needed\", \"status\": 401}");
            return;
        }
        chain.doFilter(request, response);
    }
}
