package routes.api.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import routes.embedded.DataFolder;

/** The web server of the management port has a context of its own; this is registered there, under META-INF/spring. */
// not annotated, so that no scan finds it for the context of the application
final class ManagementHttp {

    private ManagementHttp() {}

    /** Both ports: no request holds a thread while its client is slow. */
    @Bean
    static WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedTomcat(ObjectProvider<DataFolder> data) {
        return guardedTomcat(data, "management");
    }

    /** @param name of the sub-folder for the files of this server */
    static WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedTomcat(
            ObjectProvider<DataFolder> data, String name) {
        return tomcat -> {
            data.ifAvailable(folder -> {
                // by default it makes two folders at each start under /tmp, which a kill leaves there
                tomcat.setBaseDirectory(folder.folder("tomcat/" + name).toFile());
                tomcat.setDocumentRoot(
                        folder.folder("tomcat/" + name + "/empty").toFile());
            });
            tomcat.setProtocol(GuardedHttp11Protocol.class.getName());
            // forms would be read with a thread that waits for them, before the key is looked at; the API takes none
            tomcat.addConnectorCustomizers(connector -> connector.setParseBodyMethods(""));
            tomcat.addContextCustomizers(context ->
                    context.getParent().getPipeline().addValve(new ProblemReportValve(HttpConfiguration.JSON)));
        };
    }

    /** Page and documentation belong to the port of the API. */
    @Bean
    static OncePerRequestFilter endpointsOnly(PathMappedEndpoints endpoints) {
        List<PathPattern> paths = endpoints.getAllPaths().stream()
                .map(path -> PathPatternParser.defaultInstance.parse(path + "/**"))
                .toList();
        return new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                PathContainer path = PathContainer.parsePath(request.getRequestURI());
                if (paths.stream().anyMatch(pattern -> pattern.matches(path))) {
                    chain.doFilter(request, response);
                } else {
                    response.sendError(HttpServletResponse.SC_NOT_FOUND);
                }
            }
        };
    }

    @Bean
    static SecurityHeadersFilter securityHeadersFilter() {
        return new SecurityHeadersFilter();
    }
}
