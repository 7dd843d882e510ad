package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import routes.api.http.Cursor;

/**
 * One page of a list.
 *
 * @param nextCursor null on the last page
 */
@JsonInclude
record Page<T>(List<T> items, String nextCursor) {

    /**
     * @param rows up to {@code limit + 1} rows; the extra row only indicates that there is another page
     * @param place the sort key of a row
     */
    static <T> Page<T> of(List<T> rows, int limit, Function<T, Cursor> place, String scope) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        List<T> page = rows.subList(0, limit);
        return new Page<>(page, place.apply(page.get(limit - 1)).encode(scope));
    }
}
