package routes.api.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Answers exceptions of the filters after it with a problem. */
final class ProblemFilter extends OncePerRequestFilter {

    private final Refusals refusals;

    ProblemFilter(Refusals refusals) {
        this.refusals = refusals;
    }

    /** A request continues in an async dispatch after its body has been read. */
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
            if (response.isCommitted() || !refusals.tell(request, response, e)) {
                throw e;
            }
        }
    }
}
