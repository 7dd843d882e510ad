package routes.api.http;

import java.beans.PropertyEditorSupport;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.InitBinder;

/**
 * Parses numbers, ids and booleans of paths and queries strictly, as the API document says. Spring is more lenient: it accepts 0x10,
 * " 1", other digits, 1-1-1-1-1, on. Converters are not enough: if one fails, Spring falls back to its own editors.
 */
@ControllerAdvice
final class StrictParameters {

    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");
    private static final Pattern ID = Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");
    private static final Pattern BOOLEAN = Pattern.compile("true|false");

    @InitBinder
    void strict(WebDataBinder binder) {
        binder.registerCustomEditor(int.class, new Editor(INTEGER, Integer::valueOf));
        binder.registerCustomEditor(Integer.class, new Editor(INTEGER, Integer::valueOf));
        binder.registerCustomEditor(long.class, new Editor(INTEGER, Long::valueOf));
        binder.registerCustomEditor(Long.class, new Editor(INTEGER, Long::valueOf));
        binder.registerCustomEditor(boolean.class, new Editor(BOOLEAN, Boolean::valueOf));
        binder.registerCustomEditor(Boolean.class, new Editor(BOOLEAN, Boolean::valueOf));
        binder.registerCustomEditor(UUID.class, new Editor(ID, UUID::fromString));
    }

    private static final class Editor extends PropertyEditorSupport {
        private final Pattern form;
        private final Function<String, ?> parser;

        Editor(Pattern form, Function<String, ?> parser) {
            this.form = form;
            this.parser = parser;
        }

        @Override
        public void setAsText(String text) {
            if (!form.matcher(text).matches()) {
                throw new IllegalArgumentException("The value has not the form " + form);
            }
            setValue(parser.apply(text));
        }
    }
}
