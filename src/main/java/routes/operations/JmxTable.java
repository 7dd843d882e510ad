package routes.operations;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;
import javax.management.openmbean.TabularType;

/**
 * A table type for JMX clients: all columns are text, except for the row number {@code n}.
 *
 * @param <T> source type of a row
 */
final class JmxTable<T> {
    private static final String NUMBER = "n";

    private final String name;
    private final Map<String, Function<T, Object>> columns = new LinkedHashMap<>();

    JmxTable(String name) {
        this.name = name;
    }

    JmxTable<T> column(String column, Function<T, Object> value) {
        columns.put(column, value);
        return this;
    }

    TabularData of(Collection<? extends T> rows) {
        String[] names =
                Stream.concat(Stream.of(NUMBER), columns.keySet().stream()).toArray(String[]::new);
        OpenType<?>[] types = new OpenType<?>[names.length];
        Arrays.fill(types, SimpleType.STRING);
        types[0] = SimpleType.INTEGER;
        try {
            var type = new CompositeType("row", name, names, names, types);
            var table = new TabularDataSupport(new TabularType("table", name, type, new String[] {NUMBER}));
            for (T row : rows) {
                Map<String, Object> values = new HashMap<>();
                columns.forEach((column, value) -> values.put(column, Objects.toString(value.apply(row), null)));
                values.put(NUMBER, table.size() + 1);
                table.put(new CompositeDataSupport(type, values));
            }
            return table;
        } catch (OpenDataException e) {
            throw new IllegalStateException("Invalid columns in the table " + name, e);
        }
    }
}
