package routes.api.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Converts exceptions of the filters after it to problem responses, like exceptions of operations. */
@Order(RefusalFilter.ORDER)
final class RefusalFilter extends OncePerRequestFilter {

    /** After the filter that measures requests, so that the filter records the status of the response. */
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 2;

    private final HandlerExceptionResolver problems;

    RefusalFilter(HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    /** Applies to async dispatches too: a request continues in one after its body has been read. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            chain.doFilter(request, response);
        } catch (RuntimeException e) {
            if (response.isCommitted() || problems.resolveException(request, response, null, e) == null) {
                throw e;
            }
        }
    }
}
