package routes.api.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Security headers that restrict what a browser may do with a response. The policy also prevents the documentation pages from loading
 * resources of other sites. It allows what those pages need: inline styles, images in style sheets and a worker created by the script.
 * Blobs are allowed because the reader page fetches media with its key and displays them as blobs.
 */
// before any filter that may refuse a request
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SecurityHeadersFilter extends OncePerRequestFilter {

    private static final String POLICY = String.join(
            "; ",
            "default-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'");

    /** Hawtio sets the base URL of its links in its page and loads fonts from its style sheet. */
    private static final String CONSOLE = "/actuator/hawtio/";

    private static final String CONSOLE_POLICY =
            POLICY.replace("base-uri 'none'", "base-uri 'self'; font-src 'self' data:");

    /** Methods for which no operation accepts a body. */
    private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD", "OPTIONS", "DELETE");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader(
                "Content-Security-Policy", request.getRequestURI().startsWith(CONSOLE) ? CONSOLE_POLICY : POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cache-Control", "no-store");
        if (hasBody(request) && WITHOUT_BODY.contains(request.getMethod())) {
            // the body is never read
            response.setHeader(HttpHeaders.CONNECTION, "close");
        }
        chain.doFilter(request, response);
    }

    static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }
}
