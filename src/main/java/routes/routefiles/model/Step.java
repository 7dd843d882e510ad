package routes.routefiles.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.YamlMap;

/**
 * An EIP of a flow, or a branch of one ({@code when}, {@code otherwise}, {@code onFallback}, …), with its content.
 *
 * @param eip as written: {@code to}, {@code choice}, {@code onException}
 * @param place of the EIP's name
 */
public record Step(String eip, Place place, YamlMap options, List<Step> children) {

    public Optional<String> id() {
        return options.text("id");
    }

    /** This step and all below it. */
    public Stream<Step> all() {
        return Stream.concat(Stream.of(this), children.stream().flatMap(Step::all));
    }
}
