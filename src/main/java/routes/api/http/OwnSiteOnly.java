package routes.api.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Refuses what a page of another site has a browser do: a form may send an upload anywhere, also to the machine the browser
 * runs on, and asks nobody first. Browsers tell by Sec-Fetch-Site where a request comes from; other clients do not send it.
 */
@Component
final class OwnSiteOnly implements HandlerInterceptor, WebMvcConfigurer {

    private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OTHERS = Set.of("cross-site", "same-site");

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        String from = request.getHeader("Sec-Fetch-Site");
        if (from != null && OTHERS.contains(from) && !HARMLESS.contains(request.getMethod())) {
            throw ProblemType.OTHER_SITE.exception("Sec-Fetch-Site", "The request comes from a page of another site");
        }
        return true;
    }
}
