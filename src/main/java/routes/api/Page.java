package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import routes.api.http.Cursor;

/**
 * One page of a list.
 *
 * @param nextCursor null on the last page
 */
@JsonInclude
record Page<T>(List<T> items, String nextCursor) {

    /** A list with only one page. */
    Page(List<T> items) {
        this(items, null);
    }

    /**
     * @param rows the rows of the page, plus one row if there is another page
     * @param cursor returns the cursor of a row
     */
    static <T> Page<T> of(List<T> rows, int limit, Function<T, String> cursor) {
        return rows.size() <= limit
                ? new Page<>(rows)
                : new Page<>(rows.subList(0, limit), cursor.apply(rows.get(limit - 1)));
    }

    /**
     * @param scope everything that the list depends on
     * @param cursor start of the page; null for the first page
     * @param rows reads the given number of rows after an optional cursor; one row more than the limit is requested to detect another page
     * @param place the sort key of a row
     * @throws org.springframework.web.ErrorResponseException status 400 for a cursor of a different list
     */
    static <T> Page<T> read(
            String scope,
            String cursor,
            int limit,
            BiFunction<Optional<Cursor>, Integer, List<T>> rows,
            Function<T, Cursor> place) {
        List<T> found = rows.apply(Optional.ofNullable(cursor).map(text -> Cursor.decode(text, scope)), limit + 1);
        return of(found, limit, row -> place.apply(row).encode(scope));
    }
}
