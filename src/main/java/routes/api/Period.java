package routes.api;

import java.time.Instant;
import routes.api.http.ProblemType;
import routes.api.http.Times;

/**
 * A range of posting times.
 *
 * @param from start, inclusive; null for no limit
 * @param to end, exclusive; null for no limit
 */
record Period(Instant from, Instant to) {

    /**
     * Reads the parameters from and to.
     *
     * @throws org.springframework.web.ErrorResponseException status 400
     */
    static Period parse(String from, String to) {
        var period = new Period(Times.parse("from", from), Times.parse("to", to));
        if (period.from != null && period.to != null && !period.from.isBefore(period.to)) {
            throw ProblemType.INVALID_PARAMETER.exception("from", "from is not before to");
        }
        return period;
    }
}
