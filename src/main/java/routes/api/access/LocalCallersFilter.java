package routes.api.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.filter.OncePerRequestFilter;
import routes.api.http.ProblemType;

/**
 * Without configured keys, every local process has full access, and local browsers run pages of other sites. This filter blocks requests
 * of such pages: cross-site requests (Origin, Sec-Fetch-Site) and DNS rebinding (Host).
 */
public final class LocalCallersFilter extends OncePerRequestFilter {

    private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");
    private static final Pattern LOCAL =
            Pattern.compile("(?i)localhost|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[?[0:]*:0*1]?");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!LOCAL.matcher(request.getServerName()).matches()) {
            throw ProblemType.FORBIDDEN.exception(
                    "Host",
                    "Without API keys only requests from this machine are allowed, not requests to "
                            + request.getServerName(),
                    "Use 127.0.0.1 or localhost as the host, or set API_KEYS.");
        }
        if (hasForeignOrigin(request)) {
            throw otherSite("Origin");
        }
        if (isFromElsewhere(request) && !HARMLESS.contains(request.getMethod())) {
            throw otherSite("Sec-Fetch-Site");
        }
        chain.doFilter(request, response);
    }

    /** Returns whether the request comes from a page of another site. */
    public static boolean hasForeignOrigin(HttpServletRequest request) {
        try {
            return CorsUtils.isCorsRequest(request);
        } catch (IllegalArgumentException e) {
            // an invalid origin cannot be the origin of this server
            return true;
        }
    }

    /** Only browsers send Sec-Fetch-Site. Safe methods stay allowed, so that links from other sites work. */
    private static boolean isFromElsewhere(HttpServletRequest request) {
        String from = request.getHeader("Sec-Fetch-Site");
        return "cross-site".equals(from) || "same-site".equals(from);
    }

    private static ErrorResponseException otherSite(String header) {
        return ProblemType.FORBIDDEN.exception(
                header,
                "Without API keys cross-origin requests are not allowed",
                "Call the API from a program or from its own pages, or set API_KEYS.");
    }
}
