package routes.api.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationConverter;

/** Reads the key from {@code Authorization: Bearer <key>} (RFC 6750). */
final class BearerKeys implements AuthenticationConverter {

    private static final Pattern BEARER = Pattern.compile("(?i)bearer +([A-Za-z0-9._~+/=-]{1,200}) *");

    @Override
    public Authentication convert(HttpServletRequest request) {
        List<String> headers = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        if (headers.isEmpty()) {
            return null;
        }
        if (headers.size() > 1) {
            throw new BadCredentialsException("There is more than one Authorization header");
        }
        Matcher matcher = BEARER.matcher(headers.get(0));
        if (!matcher.matches()) {
            throw new BadCredentialsException("The Authorization header is not of the form Bearer <key>");
        }
        return new UsernamePasswordAuthenticationToken(null, matcher.group(1));
    }
}
