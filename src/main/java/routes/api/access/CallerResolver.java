package routes.api.access;

import java.util.Optional;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import routes.api.http.Caller;

/** Resolves {@link Caller} parameters: the tenant of the key, or no tenant if no keys are configured. */
final class CallerResolver implements HandlerMethodArgumentResolver {

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    @Override
    public Caller resolveArgument(
            MethodParameter parameter,
            ModelAndViewContainer container,
            NativeWebRequest request,
            WebDataBinderFactory binder) {
        return new Caller(
                SecurityContextHolder.getContext().getAuthentication() instanceof ApiKeyAuthentication key
                        ? Optional.of(key.tenant())
                        : Optional.empty());
    }
}
