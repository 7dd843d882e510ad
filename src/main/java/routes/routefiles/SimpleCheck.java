package routes.routefiles;

import java.util.Set;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.component.bean.MethodNotFoundException;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;
import org.apache.camel.spi.Language;
import org.apache.camel.util.ObjectHelper;

/** Simple expressions, predicates, log messages and dynamic URIs can be parsed. */
record SimpleCheck(RouteModel model, Problems problems, Language simple) {

    private static final Set<String> PREDICATES =
            Set.of("when", "filter", "validate", "onWhen", "completionPredicate", "retryWhile", "handled", "continued");

    void check() {
        model.effective().forEach(flow -> node(flow.kind().key, flow.body()));
    }

    private void node(String owner, YamlNode node) {
        node.items().forEach(item -> node(owner, item));
        node.values().forEach(entry -> {
            YamlNode value = entry.value();
            String key = entry.key();
            if (key.equals("simple")) {
                value.scalarAt("expression").ifPresent(text -> parse(text, PREDICATES.contains(owner)));
            } else if (owner.equals("log") && key.equals("message") || owner.equals("toD") && key.equals("uri")) {
                parse(value, false);
            } else {
                node(key.equals("expression") ? owner : key, value); // only a wrapper
            }
        });
    }

    private void parse(YamlNode scalar, boolean predicate) {
        try {
            String text = model.resolve(scalar.text());
            if (predicate) {
                simple.createPredicate(text);
            } else {
                simple.createExpression(text);
            }
        } catch (SimpleIllegalSyntaxException e) {
            if (ObjectHelper.getException(NoSuchBeanException.class, e) != null
                    || ObjectHelper.getException(MethodNotFoundException.class, e) != null) {
                return; // the bean check reports it, and knows when a bean's type is unknown
            }
            problems.add(
                    scalar.place(),
                    "not a Simple " + (predicate ? "predicate" : "expression") + ": '" + scalar.text() + "': "
                            + e.getMessage().lines().findFirst().orElse(""));
        }
    }
}
