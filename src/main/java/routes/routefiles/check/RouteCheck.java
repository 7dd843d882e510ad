package routes.routefiles.check;

import routes.routefiles.model.RouteModel;

/** One rule for route files. It ignores what it does not understand: another check reports that. */
public interface RouteCheck {

    void check(RouteModel model, Problems problems);
}
