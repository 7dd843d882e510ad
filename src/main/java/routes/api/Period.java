package routes.api;

import java.time.Instant;
import routes.api.http.ProblemType;
import routes.api.http.Times;

/**
 * When posts were posted.
 *
 * @param from the first moment; null does not restrict
 * @param to the first moment after it; null does not restrict
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
