package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import routes.routefiles.RouteFiles.RouteSet;

class RouteLoaderTest {

    private static final String ERRORS =
            """
            - routeConfiguration:
                id: errors
                description: Turns an error into an answer.
                onException:
                  - onException:
                      exception:
                        - java.lang.IllegalStateException
                      handled:
                        constant:
                          expression: "true"
                      steps:
                        - setBody:
                            id: errors-answer
                            expression:
                              constant:
                                expression: recovered
            """;
    private static final String TEMPLATE =
            """
            - routeTemplate:
                id: stage
                description: Fails for the word "fail".
                parameters:
                  - name: name
                  - name: description
                    defaultValue: An echo
                route:
                  routeConfigurationId: errors
                  description: "{{description}} of {{name}}"
                  from:
                    uri: direct:{{name}}
                    steps:
                      - filter:
                          id: "{{name}}-filter"
                          expression:
                            simple:
                              expression: ${body} == 'fail'
                          steps:
                            - throwException:
                                id: "{{name}}-fail"
                                exceptionType: java.lang.IllegalStateException
                                message: failed
            """;
    private static final String STAGE =
            """
            - templatedRoute:
                routeTemplateRef: stage
                routeId: echo
                parameters:
                  - name: name
                    value: echo
            """;

    private final CamelContext context = new DefaultCamelContext();
    private final RouteFileValidator validator =
            new RouteFileValidator(new RouteEnvironment(Map.of(), name -> null, Set.of()), Samples.classPath());

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void loads_errors_templates_and_stages_that_start_with_the_context() {
        RouteLoader.load(context, validator, set(ERRORS, TEMPLATE, STAGE));
        context.start();

        assertThat(context.getRouteController().getRouteStatus("echo")).isEqualTo(ServiceStatus.Started);
        assertThat(context.createProducerTemplate().requestBody("direct:echo", "hello", String.class))
                .isEqualTo("hello");
        assertThat(context.createProducerTemplate().requestBody("direct:echo", "fail", String.class))
                .isEqualTo("recovered");
        assertThat(context.getRoute("echo").getDescription()).isEqualTo("An echo of echo");
    }

    @Test
    void adds_routes_stopped_to_a_running_context() {
        context.start();

        RouteLoader.load(context, validator, set(ERRORS, TEMPLATE, STAGE));

        assertThat(context.getRouteController().getRouteStatus("echo")).isEqualTo(ServiceStatus.Stopped);
        assertThat(context.isAutoStartup()).isTrue();
    }

    @Test
    void loads_nothing_when_one_file_has_a_problem_and_tells_all() {
        RouteLoadException refused = catchThrowableOfType(
                RouteLoadException.class,
                () -> RouteLoader.load(
                        context,
                        validator,
                        set(
                                ERRORS,
                                TEMPLATE,
                                STAGE.replace("Ref: stage", "Ref: stagge").replace("routeId", "routId"))));

        assertThat(refused)
                .hasMessage(
                        """
                        No route was loaded: 3 problems in the route files
                        routes/10-echo.camel.yaml:1:3: templatedRoute requires 'routeId'
                        routes/10-echo.camel.yaml:2:23: unknown routeTemplate 'stagge' (did you mean 'stage'?)
                        routes/10-echo.camel.yaml:3:5: unknown option 'routId' of 'templatedRoute' (did you mean 'routeId'?)""");
        assertThat(context.getRoutes()).isEmpty();
    }

    private static RouteSet set(String errors, String template, String stage) {
        return new RouteSet(
                List.of(
                        file("00-errors.camel.yaml", errors),
                        file("05-stage.template.camel.yaml", template),
                        file("10-echo.camel.yaml", stage)),
                List.of());
    }

    private static RouteFile file(String name, String text) {
        return new RouteFile(name, RouteFile.Origin.BUILT_IN, "routes/" + name, text);
    }
}
