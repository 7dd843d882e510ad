package routes.api.access;

import jakarta.servlet.http.HttpServletRequest;
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
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return null;
        }
        Matcher matcher = BEARER.matcher(header);
        if (!matcher.matches()) {
            throw new BadCredentialsException("The Authorization header is not of the form Bearer <key>");
        }
        return new UsernamePasswordAuthenticationToken(null, matcher.group(1));
    }
}
