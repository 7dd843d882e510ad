package routes.api.http;

import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.accept.ContentNegotiationStrategy;
import org.springframework.web.accept.HeaderContentNegotiationStrategy;
import org.springframework.web.context.request.NativeWebRequest;

/**
 * The types that a client accepts, without application/problem+json: that type is for errors only, and a successful response must
 * not be labelled as a problem.
 */
final class AcceptedTypes implements ContentNegotiationStrategy {

    private final ContentNegotiationStrategy header = new HeaderContentNegotiationStrategy();

    @Override
    public List<MediaType> resolveMediaTypes(NativeWebRequest request) throws HttpMediaTypeNotAcceptableException {
        List<MediaType> types = header.resolveMediaTypes(request).stream()
                .filter(type -> !type.equalsTypeAndSubtype(MediaType.APPLICATION_PROBLEM_JSON))
                .toList();
        return types.isEmpty() ? MEDIA_TYPE_ALL_LIST : types;
    }
}
