package routes.routefiles.check;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Placeholders;

/** Named beans exist, have the required type, and have the called method. */
public final class BeanCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        model.flows().forEach(flow -> flow.allSteps()
                .filter(step -> Set.of("bean", "process").contains(step.eip()))
                .filter(step -> step.options().text("ref").isEmpty()
                        && step.options().text("beanType").isEmpty())
                .forEach(step -> problems.add(step.place(), "'" + step.eip() + "' needs 'ref', the name of a bean")));
        Map<String, Class<?>> beans = model.environment().beans();
        model.effective().forEach(flow -> BeanReferences.of(flow, model).forEach(reference -> {
            Class<?> type = beans.get(reference.bean());
            if (type == null) {
                problems.add(
                        reference.place(),
                        "there is no bean '" + reference.bean() + "'" + Nearest.hint(reference.bean(), beans.keySet()));
            } else if (type != Object.class) {
                check(reference, type, problems);
            }
        }));
    }

    private static void check(BeanReferences.Reference reference, Class<?> type, Problems problems) {
        String bean = "bean '" + reference.bean() + "' (" + type.getSimpleName() + ")";
        if (!reference.type().isAssignableFrom(type)) {
            problems.add(
                    reference.place(), bean + " is no " + reference.type().getSimpleName() + ", which is needed here");
        }
        reference
                .method()
                .map(BeanCheck::methodName)
                .filter(method -> !Placeholders.in(method))
                .ifPresent(method -> {
                    List<String> methods = Arrays.stream(type.getMethods())
                            .map(Method::getName)
                            .toList();
                    if (!methods.contains(method)) {
                        problems.add(
                                reference.place(),
                                bean + " has no public method '" + method + "': it has " + own(type));
                    }
                });
    }

    // Camel accepts arguments too: "parse(${body})"
    private static String methodName(String method) {
        return method.replaceFirst("\\(.*", "").trim();
    }

    private static String own(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .map(Method::getName)
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(TreeSet::new), names -> String.join(", ", names)));
    }
}
