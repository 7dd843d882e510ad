package routes.routefiles.check;

import java.util.Set;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Placeholders;

/** Streams are those of the stream catalogue, and a consumer names its group. */
public final class StreamCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        Set<String> known = model.environment().streams();
        model.effective().stream()
                .flatMap(flow -> model.endpoints(flow).stream())
                .filter(use -> use.scheme().equals(StreamFlows.SCHEME))
                .forEach(use -> {
                    boolean open = use.path().isEmpty() || use.path().contains("${") || Placeholders.in(use.path());
                    if (!open && !known.contains(use.path())) {
                        problems.add(
                                use.place(),
                                "there is no stream '" + use.path() + "' in the stream catalogue"
                                        + Nearest.hint(use.path(), known));
                    }
                    if (use.role() == EndpointUse.Role.FROM && !use.options().containsKey("group")) {
                        problems.add(use.place(), "a consumer of '" + use.path() + "' needs the parameter 'group'");
                    }
                });
    }
}
