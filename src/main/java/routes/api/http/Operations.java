package routes.api.http;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/** Resolves the operation that Spring MVC will call for a request. Used by filters. */
@Component
public record Operations(@Qualifier("requestMappingHandlerMapping") HandlerMapping mapping) {

    /** Returns empty if Spring MVC will call none: the path is unknown, or no operation accepts the method or media type. */
    public Optional<HandlerMethod> find(HttpServletRequest request) {
        ServletRequestPathUtils.parseAndCache(request);
        try {
            return Optional.ofNullable(mapping.getHandler(request))
                    .map(HandlerExecutionChain::getHandler)
                    .filter(HandlerMethod.class::isInstance)
                    .map(HandlerMethod.class::cast);
        } catch (ServletException e) {
            // the dispatcher will refuse the request for the same reason
            return Optional.empty();
        } catch (Exception e) {
            throw new IllegalStateException("The operation cannot be looked up", e);
        }
    }
}
