package routes.api.http;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import routes.embedded.DataFolder;

/** Configures the management port, which has its own application context. Registered for that context under META-INF/spring. */
// not annotated, so that the component scan of the main context does not find it
final class ManagementHttp {

    private ManagementHttp() {}

    /** On both ports, a slow client does not hold a thread. */
    @Bean
    static WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedTomcat(ObjectProvider<DataFolder> data) {
        return guardedTomcat(data, "management");
    }

    /** @param name subfolder for the files of this web server */
    static WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedTomcat(
            ObjectProvider<DataFolder> data, String name) {
        return tomcat -> {
            data.ifAvailable(folder -> {
                // by default each start creates two folders under /tmp, which remain after a kill
                tomcat.setBaseDirectory(folder.folder("tomcat/" + name).toFile());
                tomcat.setDocumentRoot(
                        folder.folder("tomcat/" + name + "/empty").toFile());
            });
            tomcat.setProtocol(GuardedHttp11Protocol.class.getName());
            tomcat.addConnectorCustomizers(connector -> {
                // Tomcat would read forms with a blocking thread before the key is checked; the API accepts no forms
                connector.setParseBodyMethods("");
                // send "100 Continue" only when the body is read, so that clients that wait for it send nothing if they
                // are refused
                connector.setProperty("continueResponseTiming", "onRead");
            });
            tomcat.addContextCustomizers(
                    context -> context.getParent().getPipeline().addValve(new ProblemReportValve()));
            tomcat.addContextValves(new ProblemReportValve.Announcement());
        };
    }

    /** Serves only the endpoints; pages and documentation are on the API port. */
    @Bean
    static Filter endpointsOnly(PathMappedEndpoints endpoints) {
        List<PathPattern> paths = endpoints.getAllPaths().stream()
                .map(path -> PathPatternParser.defaultInstance.parse(path + "/**"))
                .toList();
        return (request, response, chain) -> {
            PathContainer path = PathContainer.parsePath(((HttpServletRequest) request).getRequestURI());
            if (paths.stream().anyMatch(pattern -> pattern.matches(path))) {
                chain.doFilter(request, response);
            } else {
                ((HttpServletResponse) response).sendError(HttpServletResponse.SC_NOT_FOUND);
            }
        };
    }

    @Bean
    static FilterRegistrationBean<RefusalFilter> refusals(RefusalFilter filter) {
        var registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(RefusalFilter.ORDER);
        return registration;
    }

    @Bean
    static SecurityHeadersFilter securityHeadersFilter() {
        return new SecurityHeadersFilter();
    }
}
