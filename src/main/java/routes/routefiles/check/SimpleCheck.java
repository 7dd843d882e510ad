package routes.routefiles.check;

import java.util.Set;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.component.bean.MethodNotFoundException;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;
import org.apache.camel.spi.Language;
import org.apache.camel.util.ObjectHelper;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlScalar;

/** Simple expressions, predicates, log messages and dynamic URIs can be parsed. */
public final class SimpleCheck implements RouteCheck {

    private static final Set<String> PREDICATES =
            Set.of("when", "filter", "validate", "onWhen", "completionPredicate", "retryWhile", "handled", "continued");

    private final Language simple;

    SimpleCheck(ScratchContext scratch) {
        simple = scratch.context().resolveLanguage("simple");
    }

    @Override
    public void check(RouteModel model, Problems problems) {
        model.effective().forEach(flow -> node(flow.kind().key(), flow.body(), model, problems));
    }

    private void node(String owner, YamlNode node, RouteModel model, Problems problems) {
        if (node instanceof YamlMap map) {
            map.entries().values().forEach(entry -> entry(owner, entry, model, problems));
        } else if (node instanceof YamlList list) {
            list.items().forEach(item -> node(owner, item, model, problems));
        }
    }

    private void entry(String owner, YamlEntry entry, RouteModel model, Problems problems) {
        String key = entry.key();
        if (key.equals("simple") && entry.value() instanceof YamlMap language) {
            language.scalar("expression").ifPresent(text -> parse(text, PREDICATES.contains(owner), model, problems));
        } else if (entry.value() instanceof YamlScalar text
                && ((owner.equals("log") && key.equals("message")) || (owner.equals("toD") && key.equals("uri")))) {
            parse(text, false, model, problems);
        } else {
            // "expression" is only a wrapper: its owner matters
            node(key.equals("expression") ? owner : key, entry.value(), model, problems);
        }
    }

    private void parse(YamlScalar scalar, boolean predicate, RouteModel model, Problems problems) {
        String text = Placeholders.resolve(scalar.text(), model.environment().properties());
        try {
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
