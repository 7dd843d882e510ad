package routes.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import routes.configuration.ConfigurationException;

class RunOptionsTest {

    @Test
    void nothing_is_imported_without_being_asked() {
        assertThat(RunOptions.parse().hasImports()).isFalse();
    }

    @Test
    void options_are_read() {
        RunOptions options =
                RunOptions.parse("--demo", "--import=/a/result.json", "--exit-when-idle", "--tagging.max-tags=3");
        assertThat(options.demo()).isTrue();
        assertThat(options.imports()).containsExactly(Path.of("/a/result.json"));
        assertThat(options.exitWhenIdle()).isTrue();
        assertThat(options.properties()).containsExactly("--tagging.max-tags=3");
    }

    @Test
    void an_unknown_option_is_told() {
        assertThatThrownBy(() -> RunOptions.parse("--dmeo"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("--dmeo: unknown option; --help lists the options");
    }

    @Test
    void a_stage_is_tried_with_a_post() {
        assertThat(RunOptions.parse("--try=vision", "--post=9").trial()).contains(new RunOptions.Trial("vision", "9"));
        assertThat(RunOptions.parse("--demo").trial()).isEmpty();
        assertThatThrownBy(() -> RunOptions.parse("--try=indexing", "--post=9"))
                .hasMessage("--try=indexing: only tagging, vision, crawl are allowed, such as --try=tagging");
        assertThatThrownBy(() -> RunOptions.parse("--try=vision"))
                .hasMessage("--try=<stage> and --post=<id or number of a post> must be used together");
    }

    @Test
    void a_route_file_is_tried_with_a_post_or_an_entry() {
        assertThat(RunOptions.parse("--try-route=a.camel.yaml", "--post=9").trial())
                .contains(new RunOptions.Trial(RunOptions.ROUTE, "9"));
        assertThat(RunOptions.parse("--try-route=a.camel.yaml", "--entry=posts.tagged/1-0")
                        .trial())
                .contains(new RunOptions.Trial(RunOptions.ROUTE, "posts.tagged/1-0"));
        String entry = "--entry=<stream>/<id> requires --try-route=<file> and replaces --post";
        assertThatThrownBy(() -> RunOptions.parse("--entry=posts.tagged/1-0")).hasMessage(entry);
        assertThatThrownBy(() -> RunOptions.parse("--try-route=a", "--entry=posts.tagged/1-0", "--post=9"))
                .hasMessage(entry);
        assertThatThrownBy(() -> RunOptions.parse("--try-route=a"))
                .hasMessage("--try-route=<file> and --post=<id or number of a post> must be used together");
    }

    @Test
    void a_replay_is_a_dry_run_unless_it_is_confirmed() {
        assertThat(RunOptions.parse("--replay=a/b..c", "--group=g").replay())
                .contains(new RunOptions.ReplayRequest("a/b..c", "g", false, Optional.empty()));
        assertThat(RunOptions.parse("--replay=a", "--yes")
                        .replay()
                        .orElseThrow()
                        .isSure())
                .isTrue();
        assertThat(RunOptions.parse("--replay=a", "--expect=50").replay())
                .contains(new RunOptions.ReplayRequest("a", "", true, Optional.of(50)));
        assertThat(RunOptions.parse("--replay=a").withoutPipeline()).isTrue();
        assertThat(RunOptions.parse("--replay=a", "--exit-when-idle").withoutPipeline())
                .isFalse();
        assertThatThrownBy(() -> RunOptions.parse("--yes")).hasMessage("--yes requires --replay=<stream>");
        assertThatThrownBy(() -> RunOptions.parse("--replay=a", "--expect=many"))
                .hasMessage("--expect=many: must be the number of entries");
        assertThatThrownBy(() -> RunOptions.parse("--replay="))
                .hasMessage("--replay=: a value is required, as in --replay=<stream>");
    }

    @Test
    void an_option_without_its_value_is_told() {
        assertThatThrownBy(() -> RunOptions.parse("--import"))
                .hasMessage("--import: a path is required, as in --import=<path>");
        assertThatThrownBy(() -> RunOptions.parse("--import="))
                .hasMessage("--import=: a path is required, as in --import=<path>");
    }
}
