package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.TelegramAssistant;
import routes.events.PostTagged;
import routes.events.StreamCatalog;
import routes.redisstreams.FailureKind;
import routes.redisstreams.RedisStreamsConstants;
import routes.stages.EventRoutes;

/** What docs/how-to/edit-routes.md tells integrators to use is there. */
class ExpressionsTableTest {
    private static final Path PAGE = Path.of("docs/how-to/edit-routes.md");
    private static final Pattern CALL = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern HEADER = Pattern.compile("\\$\\{header\\.(\\w+)}");
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{exchangeProperty\\.(\\w+)}");
    private static final Pattern FIELD = Pattern.compile("\\$\\{body\\.(\\w+)}");
    private static final Pattern KIND = Pattern.compile("`([A-Z]{4,})`");

    private static String table() throws IOException {
        String page = Files.readString(PAGE);
        return page.substring(page.indexOf("## Expressions and beans"), page.indexOf("## Components"));
    }

    private static List<String> found(Pattern pattern) throws IOException {
        return pattern.matcher(table())
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
    }

    @Test
    void the_beans_have_the_methods() throws IOException {
        var classPath = new PathMatchingResourcePatternResolver();
        Map<String, Class<?>> beans = RouteEnvironment.of(
                        TelegramAssistant.class,
                        RouteEnvironment.settings(classPath.getResourceLoader()),
                        classPath.getResourceLoader(),
                        new StreamCatalog().names())
                .beans();
        List<MatchResult> calls = CALL.matcher(table()).results().toList();

        assertThat(calls).hasSizeGreaterThan(6).allSatisfy(call -> assertThat(
                        Stream.of(beans.get(call.group(1)).getMethods()).map(Method::getName))
                .as(call.group())
                .contains(call.group(2)));
    }

    @Test
    void headers_properties_fields_and_kinds_of_failures_have_these_names() throws IOException {
        assertThat(found(HEADER))
                .containsExactly(
                        RedisStreamsConstants.STREAM,
                        RedisStreamsConstants.MESSAGE_ID,
                        RedisStreamsConstants.DELIVERIES);
        assertThat(found(PROPERTY)).containsExactly(EventRoutes.EVENT, EventRoutes.TRIGGER, EventRoutes.TRACE_ID);
        assertThat(table())
                .contains("| `" + EventRoutes.SKIP_REASON + "` |", "| `" + RedisStreamsConstants.FAILURE + "` |");
        assertThat(Stream.of(PostTagged.class.getRecordComponents()).map(component -> component.getName()))
                .containsAll(found(FIELD));
        assertThat(Set.copyOf(found(KIND)))
                .isEqualTo(Stream.of(FailureKind.values()).map(Enum::name).collect(Collectors.toSet()));
    }
}
